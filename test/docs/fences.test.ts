import { describe, expect, test } from 'vitest';
import { docFencesOf, expectedOutput, fencesOf } from './fences.js';

const fence = '```';

describe('fencesOf', () => {
  test('finds each fence with its line, and joins a text fence to the program above it', () => {
    const markdown = [
      '# Title',
      '',
      `${fence}ts`,
      'a();',
      fence,
      '',
      `${fence}text`,
      'one',
      fence,
      '',
      `${fence}sh`,
      'npm ci',
      fence,
    ];
    expect(fencesOf(markdown.join('\n'), 'README.md')).toEqual([
      { title: 'README.md:3', language: 'ts', code: 'a();\n', output: 'one\n' },
      { title: 'README.md:11', language: 'sh', code: 'npm ci\n', output: null },
    ]);
  });

  test('leaves a text fence behind prose alone', () => {
    const markdown = `${fence}ts\na();\n${fence}\nElsewhere:\n${fence}text\none\n${fence}\n`;
    expect(fencesOf(markdown, 'README.md').map(({ output }) => output)).toEqual([null, null]);
  });
});

describe('docFencesOf', () => {
  test('finds the examples of functions and of members, without the comment stars', () => {
    const source = [
      '/**',
      ' * Doubles.',
      ' *',
      ' * @example',
      ` * ${fence}ts`,
      " * import '@tensorflow/tfjs-core';",
      ' * if (true) {',
      ' *   console.log(double(2)); // 4',
      ' * }',
      ` * ${fence}`,
      ' */',
      'export const double = (x: number): number => 2 * x;',
      'interface A {',
      '  /**',
      `   * ${fence}ts`,
      '   * b();',
      `   * ${fence}`,
      '   */',
      '  b(): void;',
      '}',
    ].join('\n');
    expect(docFencesOf('src/a.ts', source)).toEqual([
      {
        title: 'src/a.ts:5',
        language: 'ts',
        code: "import '@tensorflow/tfjs-core';\nif (true) {\n  console.log(double(2)); // 4\n}\n",
        output: null,
      },
      { title: 'src/a.ts:15', language: 'ts', code: 'b();\n', output: null },
    ]);
  });
});

describe('expectedOutput', () => {
  test('reads the comment behind a log, or the lines directly below it', () => {
    const code = [
      'console.log(a); // 5',
      '// Not output: the log above has its own.',
      'console.log(',
      '  b,',
      ');',
      '// first',
      '//   second',
      '',
      '// Not output: a line is free between.',
      'for (const x of y) console.log(x); // 6',
    ];
    expect(expectedOutput(code.join('\n'))).toEqual(['5', 'first', '  second', '6']);
  });

  test('refuses a log that nobody would check', () => {
    expect(() => expectedOutput('console.log(a);\n\n// far away')).toThrow(
      'no expected output behind: console.log(a);',
    );
  });
});
