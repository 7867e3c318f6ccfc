import ts from 'typescript';
import type { Rule } from '../../src/record/finding.js';
import * as rules from '../../src/rules/index.js';
import { readSources } from '../sources.js';

interface Option {
  readonly name: string;
  /** The text of its `@default`: the number, and where it is from. */
  readonly standard: string;
}

interface Documented {
  readonly factory: string;
  readonly rule: Rule;
  /** The docstring without tags and examples. */
  readonly text: string;
  readonly options: readonly Option[];
}

/** The page about rules, as their source and docstrings have it. */
export function rulesPage(order: readonly Rule[]): string {
  const documented = readRules();
  const place = ({ rule }: Documented): number => order.findIndex(({ id }) => id === rule.id);
  const sections = [...documented].sort((a, b) => place(a) - place(b)).map(section);
  return `${preface}\n${sections.join('\n')}`;
}

const preface = `# The rules

What \`diagnose\` and \`watch\` look for, in the order of \`defaultRules\`, which is that of causes. A rule is a pure function of a
run; each factory takes its thresholds as options, and each threshold is cited or called heuristic. Where a rule says that
training fails, it means this: of at least twenty losses, penalties on weights by l2 aside, the recent ones are not below that
of a constant prediction (ln C for C classes, the variance of the targets for a squared error; where neither is known, not
below the early ones), beyond their noise, and not on their way there. A \`warning\` or \`error\` against a run that does well by
its own loss is not made, and one that was made earlier becomes a note in the report. What is wrong by construction, an output
that does not fit, weights that start equal or inputs a hundred times too large, is told at once, and taken back once the loss
is far below that of a constant prediction.

Of two findings of which one explains the other, the consequence names its cause in \`because\` and ranks below it. To write a
rule of your own, see \`examples/own-rule.ts\`.
`;

function section({ factory, rule, text, options }: Documented): string {
  const lines = [
    `## \`${rule.id}\``,
    '',
    `\`rules.${factory}(${options.length > 0 ? 'options?' : ''})\``,
    '',
    text,
    '',
  ];
  if (options.length > 0) {
    lines.push('| option | default |', '|---|---|');
    for (const { name, standard } of options) lines.push(`| \`${name}\` | ${standard} |`);
    lines.push('');
  }
  if (rule.explains && rule.explains.length > 0) {
    lines.push(`Explains ${rule.explains.map((id) => `\`${id}\``).join(', ')}.`, '');
  }
  return lines.join('\n');
}

function readRules(): Documented[] {
  const factories: Readonly<Record<string, () => Rule>> = rules;
  const files = Object.entries(readSources('src/rules', '.ts')).map(([path, source]) =>
    ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true),
  );
  const interfaces = new Map(
    files
      .flatMap((file) => file.statements.filter(ts.isInterfaceDeclaration))
      .map((node) => [node.name.text, node]),
  );
  return files.flatMap((file) =>
    file.statements.filter(ts.isFunctionDeclaration).flatMap((node): Documented[] => {
      const factory = node.name?.text ?? '';
      const create = Object.hasOwn(factories, factory) ? factories[factory] : undefined;
      if (create === undefined) return [];
      const type = node.parameters[0]?.type?.getText(file) ?? '';
      return [
        { factory, rule: create(), text: descriptionOf(node), options: optionsOf(interfaces.get(type)) },
      ];
    }),
  );
}

function descriptionOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return plain(ts.getTextOfJSDocComment(doc?.comment) ?? '');
}

function optionsOf(node: ts.InterfaceDeclaration | undefined): Option[] {
  return (node?.members ?? []).filter(ts.isPropertySignature).map((member) => {
    const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default');
    return {
      name: member.name?.getText() ?? '',
      standard: plain(ts.getTextOfJSDocComment(tag?.comment) ?? '').replaceAll('\n', ' '),
    };
  });
}

/** Links become the names that they show. */
const plain = (text: string): string => text.replaceAll(/\{@link (\w+)\s*\}/g, '`$1`').trim();
