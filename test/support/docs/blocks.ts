/**
 * The programs that a page of Markdown shows. A block of `ts` or `js` that imports begins a program; one that does not goes on
 * with the program above, as a reader would read it. Comments of the page steer what is not seen in the block itself:
 *
 * - `<!-- goes on -->` before a block that imports: it goes on with the program above, all the same.
 * - `<!-- given … -->`: code that stands before the next block and that the reader is spared.
 * - `<!-- not run: reason -->` before a block: its program is type-checked alone.
 * - `<!-- prints -->` before a block of `text`: the program above prints it.
 *
 * A block with a file's name beside its language (`ts scan.ts`) is that file, which programs may import or name.
 */

/** A program of one or more blocks. Its lines have the numbers that they have on the page. */
export interface Program {
  /** The page and the line of its first block: `README.md:15`. */
  readonly name: string
  readonly code: string
  /** Why it is not run; null if it is. */
  readonly notRun: string | null
  /** What the page says that it prints, in order. */
  readonly prints: readonly string[]
  /** The name of the file that it is; null if it is a program. */
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
    // What a compiler takes for a script shares its names with the others.
    code: `${lines.join('\n')}\n${file?.endsWith('.cjs') ? '' : 'export {}\n'}`,
    notRun: reason,
    prints: printed,
    file,
  }))
}

/** Puts code at its line of the page, so that an error names the line a reader would look for. */
function place(lines: string[], line: number, code: string): void {
  while (lines.length < line - 1) lines.push('')
  lines.push(...code.replace(/\n$/, '').split('\n'))
}
