/** A statement cut into operators and atoms. Quoted text (`'…'`, with `\'` for a quote) may hold any character. */
import { StatementError } from '../errors.ts'

/** A piece of a statement. An atom's text is as it was written, without the blanks around it. */
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
  let start = -1
  let end = -1
  const closeAtom = (): void => {
    if (start >= 0) tokens.push({ kind: 'atom', text: text.slice(start, end), offset: start })
    start = -1
  }
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if (operators.has(letter)) {
      closeAtom()
      tokens.push({ kind: letter as Token['kind'], text: letter, offset: i })
      continue
    }
    if (/\s/.test(letter)) continue
    if (start < 0) start = i
    if (letter === "'") i = endOfQuote(text, i)
    end = i + 1
  }
  closeAtom()
  return tokens
}

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
