import ts from 'typescript';

/** One piece of code in the documentation. */
export interface Fence {
  /** Where it stands: path, line and, in source, the documented name. */
  readonly title: string;
  /** As written after the opening backticks. */
  readonly language: string;
  readonly code: string;
  /** The ```text fence that follows at once: everything the code prints. */
  readonly output: string | null;
}

/** Code fences of a Markdown text, in order. */
export function fencesOf(markdown: string, title: string, firstLine = 1): Fence[] {
  const found: Fence[] = [];
  const pattern = /^```([^\n]*)\n(.*?)^```\s*$/gms;
  let previousEnd = 0;
  for (const match of markdown.matchAll(pattern)) {
    const [whole, language = '', code = ''] = match;
    const last = found.at(-1);
    const between = markdown.slice(previousEnd, match.index);
    previousEnd = match.index + whole.length;
    if (language === 'text' && last && between.trim() === '') {
      found[found.length - 1] = { ...last, output: code };
      continue;
    }
    const line = firstLine + markdown.slice(0, match.index).split('\n').length - 1;
    found.push({ title: `${title}:${line}`, language, code, output: null });
  }
  return found;
}

/** Code fences in the doc comments of a source file. */
export function docFencesOf(path: string, source: string): Fence[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const seen = new Set<number>();
  const found: Fence[] = [];
  const visit = (node: ts.Node): void => {
    for (const comment of ts.getJSDocCommentsAndTags(node)) {
      if (!ts.isJSDoc(comment) || seen.has(comment.pos)) continue;
      seen.add(comment.pos);
      const text = comment.getText().replace(/^[ \t]*\* ?/gm, '');
      const line = file.getLineAndCharacterOfPosition(comment.getStart()).line + 1;
      found.push(...fencesOf(text, path, line));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/**
 * What a piece of code says that it prints: the comment behind each `console.log(...);`, or the comment lines below it.
 *
 * @throws When a `console.log` has neither: nobody would notice it going wrong.
 */
export function expectedOutput(code: string): string[] {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const expected: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
      if (node.expression.expression.getText() === 'console.log') expected.push(...outputBehind(code, node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return expected;
}

function outputBehind(code: string, log: ts.Node): string[] {
  const strip = ({ pos, end }: ts.CommentRange): string => code.slice(pos, end).replace(/^\/\/ ?/, '');
  const same = ts.getTrailingCommentRanges(code, log.end);
  if (same) return same.map(strip);
  const below: string[] = [];
  let end = log.end;
  for (const comment of ts.getLeadingCommentRanges(code, log.end) ?? []) {
    if (code.slice(end, comment.pos).split('\n').length !== 2) break;
    below.push(strip(comment));
    end = comment.end;
  }
  if (below.length === 0) throw new Error(`no expected output behind: ${log.getText()}`);
  return below;
}
