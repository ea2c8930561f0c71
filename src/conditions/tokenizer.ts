/** A statement cut into operators and atoms. Quoted text (`'…'`, with `\'` for a quote) may hold any character. */
import { StatementError } from '../errors.ts'

/** A piece of a statement. Blanks and line ends within an atom, quotes aside, are one blank each. */
export interface Token {
  readonly kind: '&' | '|' | '~' | '(' | ')' | 'atom'
  readonly text: string
  /** Where it begins in the statement. */
  readonly offset: number
  /** The lengths of its runs of blanks that were cut to one, by their place in `text`; most tokens have none. */
  readonly cuts?: ReadonlyMap<number, number>
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
  let atom: AtomReader | null = null
  const closeAtom = (): void => {
    if (atom !== null) tokens.push(atom.toToken())
    atom = null
  }
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if (operators.has(letter)) {
      closeAtom()
      tokens.push({ kind: letter as Token['kind'], text: letter, offset: i })
    } else if (!isBlank(letter)) {
      const end = letter === "'" ? endOfQuote(text, i) : i
      atom ??= new AtomReader(i)
      atom.add(text.slice(i, end + 1), i)
      i = end
    }
  }
  closeAtom()
  return tokens
}

/** Where in the statement the place of a token's text is: blanks that were cut count again. */
export function offsetIn(token: Token, place: number): number {
  let offset = token.offset + place
  for (const [at, length] of token.cuts ?? []) if (at < place) offset += length - 1
  return offset
}

const isBlank = (letter: string): boolean => letter === ' ' || /\s/.test(letter)

/** Puts an atom together of what lies between blanks. */
class AtomReader {
  #text = ''
  #end: number
  #cuts: Map<number, number> | null = null

  constructor(readonly offset: number) {
    this.#end = offset
  }

  add(part: string, offset: number): void {
    const blanks = offset - this.#end
    if (blanks > 1) {
      this.#cuts ??= new Map()
      this.#cuts.set(this.#text.length, blanks)
    }
    this.#text += blanks > 0 ? ` ${part}` : part
    this.#end = offset + part.length
  }

  toToken(): Token {
    const cuts = this.#cuts === null ? {} : { cuts: this.#cuts }
    return { kind: 'atom', text: this.#text, offset: this.offset, ...cuts }
  }
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
