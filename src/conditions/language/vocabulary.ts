/** The language that statements are read in: the built-in atoms, and the words that an app adds. */
import { createSystemClock } from '../../clock/clock.ts'
import type { Condition } from '../condition.ts'
import type { Atom, AtomCaptures } from './atom.ts'
import { atoms } from './atoms.ts'
import { unquote } from './lexer.ts'
import { readSlot } from './placeholders.ts'
import { parseTemplate } from './template.ts'

/** A condition with words of its own. */
interface Worded {
  readonly wordings: readonly (string | RegExp)[]
  /** The condition that words of a statement say; the args are the parts of the wording that matched. */
  fromWords(args: Readonly<Record<string, unknown>>, words: string): Condition
}

/** Atoms by order of trial. An app has its own, so that two apps in a process may use the same words differently. */
export class Vocabulary {
  readonly #own: Atom[] = []
  /** What `in 10 minutes` is reckoned from, epoch ms; a session puts its own clock here. */
  now: () => number = () => createSystemClock().now()

  /** All atoms: the built-in ones first. */
  get atoms(): readonly Atom[] {
    return this.#own.length === 0 ? atoms : [...atoms, ...this.#own]
  }

  /** The atoms that an app has added. */
  get own(): readonly Atom[] {
    return this.#own
  }

  /** Adds the wordings of a custom condition. */
  add(condition: Worded): void {
    const added = condition.wordings.map((wording) => {
      if (typeof wording !== 'string') return patternAtom(wording, condition)
      const atom = templateAtom(wording, condition)
      if (this.#hasWords(wording, atom))
        throw new TypeError(
          `Cannot give a condition words that mean something already, as they would never reach it: '${wording}'. Choose others`,
        )
      return atom
    })
    this.#own.push(...added)
  }

  /** Whether an earlier atom reads all that these words say: the same ones, or words without slots that it matches. */
  #hasWords(wording: string, { pattern }: Atom): boolean {
    const isPlain = !wording.includes('{')
    return this.atoms.some(
      (atom) => sourceOf(atom.pattern) === sourceOf(pattern) || (isPlain && atom.pattern.test(wording)),
    )
  }
}

/** What a pattern matches, whatever its parts are called. */
function sourceOf({ source }: RegExp): string {
  return source.replace(/\(\?<\w+>/g, '(')
}

function templateAtom(wording: string, condition: Worded): Atom {
  const { pattern, shape, slots } = parseTemplate(wording)
  return {
    pattern,
    shape,
    build: (parts, text) => {
      const values = slots.map(({ name, type }) => [name, readSlot(type, parts[name]!)])
      return condition.fromWords(Object.fromEntries(values), text).node
    },
  }
}

/** A pattern of the app's own: what its named groups match are the args, as text. */
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

/** The language without words of an app's own. */
export const builtInVocabulary = new Vocabulary()
