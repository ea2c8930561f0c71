/** Lexer of statements. Quoted text (`'…'`, with `\'` for a quote, or `"…"`) may contain any character. */
import { StatementError } from '../../errors/statement-error.ts'

/** A token of a statement. The words of an atom are separated by one space; around operators, any whitespace is allowed. */
export interface Token {
  readonly kind: '&' | '|' | '~' | '(' | ')' | 'atom'
  readonly text: string
  /** Position in the statement. */
  readonly offset: number
}

/** Maximum length of a statement: longer text is not written by a person, and parsing it would block the event loop. */
const maxLength = 4096

const operators = new Set(['&', '|', '~', '(', ')'])

/** Splits a statement into tokens. Throws a `StatementError` for an unclosed quote or a text that is too long. */
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
      tokens.push({
        kind: 'atom',
        text: singleQuoted(text.slice(atom.offset, atom.end)),
        offset: atom.offset,
      })
    atom = null
  }
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if (operators.has(letter)) {
      closeAtom()
      tokens.push({ kind: letter as Token['kind'], text: letter, offset: i })
    } else if (!isBlank(letter)) {
      const end = (letter === "'" || beginsDoubleQuote(text, i) ? endOfQuote(text, i, letter) : i) + 1
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

/** The words of an atom are separated by one space: more, or a line end, indicate missing or broken text. */
function checkGap(text: string, from: number, to: number): void {
  const gap = text.slice(from, to)
  if (gap === '' || gap === ' ') return
  throw new StatementError('Cannot read the statement as its words must be separated by one space', {
    text,
    offset: from,
    expected: ['one blank', '&', '|'],
  })
}

const isBlank = (letter: string): boolean => letter === ' ' || /\s/.test(letter)

/** True for a double quote at the beginning of a word that another one closes; an inch sign within words is not a quote. */
function beginsDoubleQuote(text: string, at: number): boolean {
  const before = at === 0 ? ' ' : text[at - 1]!
  return (
    text[at] === '"' &&
    (isBlank(before) || before === ',' || operators.has(before)) &&
    doubleQuoted(text, at) !== null
  )
}

function doubleQuoted(text: string, at: number): string | null {
  const pattern = /"(?:[^"\\]|\\.)+"(?=$|[\s,&|~()])/sy
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

/** The text of an atom with names in single quotes, as the language prints them. */
function singleQuoted(text: string): string {
  if (!text.includes('"')) return text
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const end = text[i] === "'" ? endOfQuote(text, i, "'") : null
    const double = beginsDoubleQuote(text, i) ? doubleQuoted(text, i) : null
    const taken = end === null ? (double ?? text[i]!) : text.slice(i, end + 1)
    out += double === null ? taken : `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
    i += taken.length - 1
  }
  return out
}

function endOfQuote(text: string, open: number, quote: string): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote) return i
  }
  throw new StatementError('Cannot read the statement as a quote is not closed', {
    text,
    offset: open,
    expected: [quote],
  })
}

/** The text between the quotes, unescaped. */
export function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gs, '$1')
}
