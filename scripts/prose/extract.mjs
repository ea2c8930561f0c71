// The prose of a source file: comments as Markdown, sentences in strings and JSX as plain text.
import { parse } from '@babel/parser'

/**
 * @typedef {object} Block A comment, a sentence in a string, or a page.
 * @property {'header' | 'doc' | 'comment' | 'string' | 'page'} kind
 * @property {{ text: string, line: number }[]} lines The lines of text, with their line numbers in the file.
 */

const options = /** @type {const} */ ({
  sourceType: 'module',
  errorRecovery: true,
  attachComment: false,
  allowReturnOutsideFunction: true,
})

/** Directives for tools are not prose; a reason after one is. */
const directive =
  /^(?:\/ ?<reference.*|@ts-\S+|biome-ignore[^:]*:|c8 .*|@vite-ignore|[#@]__\w+__|@jest-\S+.*)/

/**
 * @param {string} path
 * @param {string} text
 * @returns {{ blocks: Block[], misplacedHeader: number | null }}
 */
export function extract(path, text) {
  const plugins = ['typescript', 'explicitResourceManagement', ...(/\.[jt]sx$/.test(path) ? ['jsx'] : [])]
  const { program, comments } = parse(text, { ...options, plugins: /** @type {any} */ (plugins) })
  const groups = groupComments(comments ?? [], text)
  const headers = groups.filter((group) => isHeader(group, program, text))
  return {
    blocks: [
      ...groups.map((group) => commentBlock(group, headers.includes(group))),
      ...stringsOf(program, /(^|\/)test\/|\.test\.ts$/.test(path)),
    ].filter(({ lines }) => lines.some((line) => line.text.trim() !== '')),
    misplacedHeader: misplacedHeader(groups, program, text),
  }
}

/** Joins `//` comments on consecutive lines into one group. */
function groupComments(comments, text) {
  /** @type {any[][]} */
  const groups = []
  for (const comment of comments) {
    const last = groups.at(-1)?.at(-1)
    const isNext =
      last?.type === 'CommentLine' &&
      comment.type === 'CommentLine' &&
      comment.loc.start.line === last.loc.end.line + 1 &&
      comment.loc.start.column === last.loc.start.column &&
      text.slice(last.end, comment.start).trim() === ''
    if (isNext) groups.at(-1)?.push(comment)
    else groups.push([comment])
  }
  return groups
}

/** A header is the first comment of a file, where it is above the imports or detached from the first statement. */
function isHeader(group, program, text) {
  const first = program.body[0]
  if (
    text
      .slice(0, group[0].start)
      .replace(/^#!.*\n/, '')
      .trim() !== ''
  )
    return false
  return first === undefined || first.type === 'ImportDeclaration' || isDetached(group, first, text)
}

const isDetached = (group, statement, text) =>
  /\n\s*\n|\/\*/.test(text.slice(group.at(-1).end, statement.start))

/** The line of a header below the imports, where a reader does not expect it. */
function misplacedHeader(groups, program, text) {
  const imports = program.body.filter(({ type }) => type === 'ImportDeclaration')
  const last = imports.at(-1)
  if (last === undefined || groups.some((group) => group[0].start < imports[0].start)) return null
  const next = program.body[program.body.indexOf(last) + 1]
  const group = groups.find((each) => each[0].start > last.end)
  if (group === undefined || next === undefined || group[0].start > next.start) return null
  return isDetached(group, next, text) ? group[0].loc.start.line : null
}

function commentBlock(group, isHeader) {
  const isDoc = group[0].value.startsWith('*')
  const lines = group.flatMap((comment) =>
    comment.value.split('\n').map((text, index) => ({ line: comment.loc.start.line + index, text })),
  )
  const isBlock = group[0].type === 'CommentBlock'
  return {
    kind: isHeader ? 'header' : isDoc ? 'doc' : 'comment',
    lines: lines.map(({ line, text }) => ({
      line,
      text: plain(isBlock ? text.replace(/^\s*\*+ ?/, '') : text.replace(/^ /, '')),
    })),
  }
}

/** A line of a comment as Markdown: without directives, and with names of symbols and parameters as code. */
const plain = (text) =>
  text
    .replace(directive, '')
    .replace(/^@(param|template|property)\s+(\{.*?\}\s+)?\S+(\s+-)?/, '')
    .replace(/^\s*@\w+/, '')
    .replace(/\{@\w+\s+([^}|]+)[^}]*\}/g, '`$1`')
    .replace(/^\s+(?=\S)/, (space) => (space.length > 3 ? space : ''))

/**
 * Strings that are sentences: three words or more. In tests only titles count, including those of the rows of a table: other
 * text there is test data.
 */
function stringsOf(program, isTest) {
  /** @type {Block[]} */
  const found = []
  const add = (text, line) => {
    if (!isSentence(text)) return
    found.push({
      kind: 'string',
      lines: text.split('\n').map((each, index) => ({ text: each, line: line + index })),
    })
  }
  const visit = (node, parent) => {
    if (node === null || typeof node !== 'object') return
    if (Array.isArray(node)) {
      for (const each of node) visit(each, parent)
      return
    }
    if (/^TS\w*Type|^(Import|Export\w*All)Declaration$|^TSLiteralType$/.test(node.type)) return
    if (isTest && node.type === 'CallExpression' && isTitled(node.callee))
      for (const title of [node.arguments[0], ...rowTitles(node, program)]) addText(title, add)
    if (!isTest) addText(node, add)
    for (const [key, value] of Object.entries(node)) {
      if (key === 'loc' || key === 'extra' || key === 'errors') continue
      visit(value, node)
    }
  }
  visit(program, null)
  return found
}

const isTitled = (callee) => {
  if (callee.type === 'Identifier') return ['test', 'describe', 'it'].includes(callee.name)
  return callee.type === 'MemberExpression'
    ? isTitled(callee.object)
    : 'callee' in callee && isTitled(callee.callee)
}

/** The first cells of a table whose title has `%s`: of `test.each(rows)('%s', …)`, with rows in the call or in a constant. */
function rowTitles({ callee, arguments: [title] }, program) {
  if (callee.type !== 'CallExpression' || title?.type !== 'StringLiteral' || !title.value.includes('%s'))
    return []
  return cells(callee.arguments[0], program)
}

function cells(node, program) {
  if (node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression')
    return cells(node.expression, program)
  if (node?.type === 'Identifier') return cells(constant(node.name, program), program)
  if (node?.type === 'ArrayExpression')
    return node.elements.map((row) => (row?.type === 'ArrayExpression' ? row.elements[0] : row))
  if (node?.type === 'ObjectExpression') return node.properties.map(({ key }) => key)
  const isOfObject = node?.type === 'CallExpression' && node.callee.object?.name === 'Object'
  return isOfObject ? cells(node.arguments[0], program) : []
}

const constant = (name, program) =>
  program.body
    .flatMap(({ declarations = [] }) => declarations)
    .find(({ id }) => id.type === 'Identifier' && id.name === name)?.init

function addText(node, add) {
  if (node?.type === 'StringLiteral' || node?.type === 'JSXText') add(node.value, node.loc.start.line)
  if (node?.type === 'TemplateLiteral')
    add(node.quasis.map(({ value }) => value.cooked ?? value.raw).join('￼'), node.loc.start.line)
}

/** Names and statements in quotes within a message are data. */
const withoutQuoted = (text) => text.replace(/(?<![\w])(['`"])(?:(?!\1).)*\1(?!\w)/g, '￼')

const isSentence = (text) =>
  (withoutQuoted(text).match(/(?<![\w.-])[A-Za-z][a-z']*(?![\w-])/g) ?? []).length >= 3 &&
  !/[{}<>;=\\]|\w\.\w+\(/.test(text)

export { withoutQuoted }
