/** A statement cut into operators and atoms. Quoted text (`'…'`, with `\'` for a quote) may hold any character. */
import { StatementError } from '../errors.ts'

/** A piece of a statement. Between the words of an atom is one blank; around operators there may be any, and line ends. */
export interface Token {
  readonly kind: '&' | '|' | '~' | '(' | ')' | 'atom'
  readonly text: string
  /** Where it begins in the statement. */
  readonly offset: number
}

/** No statement is longer: what is longer was not written by hand, and reading it would hold up the loop. */
const maxLength = 4096

const operators = new Set(['&', '|', '~', '(', ')'])

/** Cuts a statement into tokens; a `StatementError` for an unclosed quote or a text that is too long. */
export function tokenize(text: string): Token[] {
  if (text.length > maxLength)
    throw new StatementError(
      `Cannot read a statement as it may have at most ${maxLength} characters: ${text.length}`,
      { text, offset: maxLength },
    )
  const tokens: Token[] = []
  let atom: { readonly offset: number; end: number } | null = null
  const closeAtom = (): void => {
    if (atom !== null)
      tokens.push({ kind: 'atom', text: text.slice(atom.offset, atom.end), offset: atom.offset })
    atom = null
  }
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if (operators.has(letter)) {
      closeAtom()
      tokens.push({ kind: letter as Token['kind'], text: letter, offset: i })
    } else if (!isBlank(letter)) {
      const end = (letter === "'" ? endOfQuote(text, i) : i) + 1
      if (atom === null) atom = { offset: i, end }
      else {
        checkGap(text, atom.end, i)
        atom.end = end
      }
      i = end - 1
    }
  }
  closeAtom()
  return tokens
}

/** The words of an atom are parted by one blank: more, or a line end, is where something was left out or cut in two. */
function checkGap(text: string, from: number, to: number): void {
  const gap = text.slice(from, to)
  if (gap === '' || gap === ' ') return
  throw new StatementError('Cannot read the statement as its words must be parted by one blank', {
    text,
    offset: from,
    expected: ['one blank', '&', '|'],
  })
}

const isBlank = (letter: string): boolean => letter === ' ' || /\s/.test(letter)

function endOfQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === "'") return i
  }
  throw new StatementError('Cannot read the statement as a quote is not closed', {
    text,
    offset: open,
    expected: ["'"],
  })
}

/** The text between the quotes, unescaped. */
export function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gs, '$1')
}
