/**
 * Programs in Markdown pages. A block of `ts` or `js` with imports begins a program; one without continues the program
 * above, as a reader would read it. Comments of the page add what the block does not show:
 *
 * - `<!-- goes on -->` before a block with imports: it continues the program above nevertheless.
 * - `<!-- given … -->`: code before the next block that readers do not need to see.
 * - `<!-- not run: reason -->` before a block: its program is only type-checked.
 * - `<!-- prints -->` before a block of `text`: the output of the program above.
 *
 * A block with a file name next to its language (`ts scan.ts`) is that file, which programs may import or name.
 */

/** A program of one or more blocks. Its lines have the line numbers of the page. */
export interface Program {
  /** The page and the line of its first block: `README.md:15`. */
  readonly name: string
  readonly code: string
  /** Reason why it is not run; null if it is run. */
  readonly notRun: string | null
  /** Expected output on the page, in order. */
  readonly prints: readonly string[]
  /** The name of the file; null for a program. */
  readonly file: string | null
}

interface Draft {
  readonly line: number
  readonly lines: string[]
  notRun: string | null
  readonly prints: string[]
  readonly file: string | null
}

const piece = /<!--\s*(goes on|given\b|not run:|prints)([\s\S]*?)-->|^```(\w+) ?([^\n]*)\n([\s\S]*?)^```$/gm

/** The programs of a page, in order. */
export function programsOf(page: string, text: string): Program[] {
  const drafts: Draft[] = []
  let given = { line: 0, text: '' }
  let goesOn = false
  let prints = false
  let notRun: string | null = null
  let last: Draft | undefined
  for (const match of text.matchAll(piece)) {
    const [, word, rest = '', language = '', file = '', code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    if (word === 'goes on') goesOn = true
    else if (word === 'prints') prints = true
    else if (word === 'given') given = { line, text: rest }
    else if (word === 'not run:') notRun = rest.trim()
    else if (language === 'text') {
      if (prints) last?.prints.push(code)
      prints = false
    } else if (file !== '') {
      drafts.push({ line, lines: code.split('\n'), notRun: 'a file', prints: [], file })
    } else if (/^(ts|js|typescript|javascript)$/.test(language)) {
      if (last === undefined || (/^import\b/m.test(code) && !goesOn)) {
        last = { line, lines: [], notRun: null, prints: [], file: null }
        drafts.push(last)
      }
      if (given.text !== '') place(last.lines, given.line, given.text)
      place(last.lines, line + 1, code)
      last.notRun ??= notRun
      given = { line: 0, text: '' }
      goesOn = false
      notRun = null
    }
  }
  return drafts.map(({ line, lines, notRun: reason, prints: printed, file }) => ({
    name: `${page}:${line}`,
    // The compiler shares the names of scripts, so a program without imports becomes a module.
    code: `${lines.join('\n')}\n${file?.endsWith('.cjs') ? '' : 'export {}\n'}`,
    notRun: reason,
    prints: printed,
    file,
  }))
}

/** Puts code at its line of the page, so that errors name the line of the page. */
function place(lines: string[], line: number, code: string): void {
  while (lines.length < line - 1) lines.push('')
  lines.push(...code.replace(/\n$/, '').split('\n'))
}
