// The prose checks: remark and retext parse the text, and the rules of words.mjs and openings.mjs check it.
import { ParseEnglish } from 'parse-english'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRetext from 'remark-retext'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import { VFile } from 'vfile'
import { extract, withoutQuoted } from './extract.mjs'
import { openings } from './openings.mjs'
import { words } from './words.mjs'

/**
 * @typedef {object} Finding
 * @property {string} path
 * @property {number} line
 * @property {string} rule
 * @property {string} found The text that breaks the rule.
 * @property {string} message What to write instead.
 */

/**
 * Checks one file. Markdown is read whole, code for its comments and for strings that are sentences.
 *
 * @param {string} path Determines the language by its extension, and tests by their folder.
 * @param {string} text
 * @returns {Finding[]} By line.
 */
export function lint(path, text) {
  const found = path.endsWith('.md') ? lintPage(text) : lintCode(path, text)
  return found.map((each) => ({ path, ...each })).sort((a, b) => a.line - b.line)
}

const lintPage = (text) => {
  const lines = text.split('\n').map((each, index) => ({ text: each, line: index + 1 }))
  return judge([{ kind: 'page', lines }])
}

function lintCode(path, text) {
  const { blocks, misplacedHeader } = extract(path, text)
  const found = judge(blocks)
  if (misplacedHeader !== null && /^(src|machines|packages)\//.test(path))
    found.push({
      line: misplacedHeader,
      rule: 'header-first',
      found: 'header below the imports',
      message: 'put the header comment above the imports',
    })
  return found
}

/** Checks all blocks of a file as one document, which is faster than a document per block. */
function judge(blocks) {
  const comments = blocks.filter(({ kind }) => kind !== 'string')
  const strings = blocks.filter(({ kind }) => kind === 'string')
  return [
    ...judgeWords(comments, markdown),
    ...judgeWords(
      strings.map(({ lines, kind }) => ({
        kind,
        lines: lines.map(({ text, line }) => ({ line, text: withoutQuoted(text) })),
      })),
      english,
    ),
    ...comments.flatMap((block) => openings(block)),
  ]
}

function judgeWords(blocks, language) {
  // Most blocks contain none of the words, and parsing them would take most of the time.
  const suspects = blocks.filter(({ lines }) => {
    const text = lines.map((line) => line.text).join(' ')
    return words.some(({ find }) => text.search(find) !== -1)
  })
  if (suspects.length === 0) return []
  const lines = suspects.flatMap((block) => [...block.lines, { text: '', line: 0 }])
  const file = new VFile(lines.map(({ text }) => text).join('\n'))
  language.runSync(language.parse(file), file)
  return file.messages.map(({ line, ruleId, actual, reason }) => ({
    line: lines[(line ?? 1) - 1]?.line ?? 1,
    rule: ruleId ?? '',
    found: actual ?? '',
    message: reason,
  }))
}

/** Turns table cells into paragraphs, each ended by code, since remark-retext skips tables and joins text on one line. */
const readTables = () => (tree) => {
  visit(tree, (node) => {
    if (node.type === 'table' || node.type === 'tableRow') node.type = 'blockquote'
    if (node.type !== 'tableCell') return
    node.type = 'paragraph'
    node.children.push(
      { type: 'break' },
      { type: 'inlineCode', value: '|', position: node.position },
      { type: 'break' },
    )
  })
}

/** Applies the rules of words.mjs to each sentence, with code replaced by a placeholder. */
const judgeSentences = () => (tree, file) => {
  visit(tree, 'SentenceNode', (sentence) => {
    let text = ''
    /** @type {[number, number][]} Offset in the sentence, line. */
    const places = []
    visit(sentence, (node) => {
      if (!('value' in node)) return
      places.push([text.length, node.position?.start.line ?? 1])
      text += node.type === 'SourceNode' ? '￼' : String(node.value).replace(/\s/g, ' ').replaceAll('’', "'")
    })
    for (const { not, find, say } of words) {
      for (const match of text.matchAll(find)) {
        const line = places.findLast(([offset]) => offset <= match.index)?.[1] ?? 1
        const message = file.message(say, { place: { line, column: 1 }, ruleId: not })
        message.actual = match[0].trim()
      }
    }
  })
}

const markdown = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(readTables)
  .use(remarkRetext, ParseEnglish)
  .use(judgeSentences)
  .freeze()

const english = unified()
  .use(function () {
    this.parser = (text) => new ParseEnglish().parse(text)
  })
  .use(judgeSentences)
  .freeze()
