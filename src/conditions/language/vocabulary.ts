/** Vocabulary of statements: the built-in atoms, and the words that an app adds. */
import type { Condition } from '../condition.ts'
import type { Atom, AtomCaptures } from './atom.ts'
import { atoms } from './atoms.ts'
import { unquote } from './lexer.ts'
import { readPlaceholderText } from './placeholders.ts'
import { parseTemplate } from './template.ts'

/** A condition with custom words. */
interface Worded {
  readonly wordings: readonly (string | RegExp)[]
  /** Creates the condition for the words of a statement; the args are the parts of the matched template. */
  fromWords(args: Readonly<Record<string, unknown>>, words: string): Condition
}

/**
 * Atoms in the order of matching. Each app has its own vocabulary, so that two apps in a process may use the same words
 * differently.
 */
export class Vocabulary {
  readonly #own: Atom[] = []

  /** All atoms: the built-in ones first. */
  get atoms(): readonly Atom[] {
    return this.#own.length === 0 ? atoms : [...atoms, ...this.#own]
  }

  /** The atoms that the app has added. */
  get own(): readonly Atom[] {
    return this.#own
  }

  /** Adds the templates and patterns of a custom condition. */
  add(condition: Worded): void {
    const added = condition.wordings.map((wording) => {
      if (typeof wording !== 'string') return patternAtom(wording, condition)
      const atom = templateAtom(wording, condition)
      if (this.#hasWords(wording, atom))
        throw new TypeError(
          `Cannot add words that already have a meaning, as they would never reach the condition: '${wording}'. Choose other words`,
        )
      return atom
    })
    this.#own.push(...added)
  }

  /** True if an earlier atom matches all statements of the words: the same words, or words without placeholders. */
  #hasWords(wording: string, { pattern }: Atom): boolean {
    const isPlain = !wording.includes('{')
    return this.atoms.some(
      (atom) => sourceOf(atom.pattern) === sourceOf(pattern) || (isPlain && atom.pattern.test(wording)),
    )
  }
}

/** The pattern without the names of its groups. */
function sourceOf({ source }: RegExp): string {
  return source.replace(/\(\?<\w+>/g, '(')
}

function templateAtom(wording: string, condition: Worded): Atom {
  const { pattern, shape, placeholders } = parseTemplate(wording)
  return {
    pattern,
    shape,
    build: (parts, text) => {
      const values = placeholders.map(({ name, type }) => [name, readPlaceholderText(type, parts[name]!)])
      return condition.fromWords(Object.fromEntries(values), text).node
    },
  }
}

/** A custom pattern; its named groups become the args, as text. */
function patternAtom(wording: RegExp, condition: Worded): Atom {
  const flags = [...new Set(`${wording.flags.replace(/[gy]/g, '')}d`)].join('')
  return {
    pattern: new RegExp(`^(?:${wording.source})$`, flags),
    shape: null,
    build: (parts, text) => condition.fromWords(textsOf(parts), text).node,
  }
}

function textsOf(parts: AtomCaptures): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, text] of Object.entries(parts))
    if (text !== undefined) found[name] = /^'(?:[^'\\]|\\.)*'$/s.test(text) ? unquote(text) : text
  return found
}

/** The built-in language. */
export const builtInVocabulary = new Vocabulary()
