/**
 * Grammar of statements, used to explain parse errors: the valid part of a text, and its possible continuations.
 *
 * A shape consists of words, `a|b` for alternatives, `[…]` for optional parts, `'…'` for quoted text or a list of it,
 * and `<moment>` for a placeholder of one or more words: `every <duration> [between <moment> and <moment>]`. Parsing
 * itself uses patterns (atoms.ts); a shape may allow slightly more.
 */
import { near } from '../../errors/suggest.ts'

type Part =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'placeholder'; readonly name: string }
  | { readonly kind: 'quoted' }
  | { readonly kind: 'optional'; readonly parts: readonly Part[] }

/** The valid part of a text. */
export interface Reach {
  /** Position of its end; the length of the text if the text is incomplete. */
  readonly place: number
  /** Number of valid words. */
  readonly words: number
  /** Possible continuations. */
  readonly expected: readonly string[]
  /** The continuations that are similar to the word at that position. */
  readonly near: readonly string[]
}

/** A word of a text and its position. Quoted text is one word. */
interface Word {
  readonly text: string
  readonly place: number
}

/** A placeholder: its description, a pattern of its first word if there is one, and whether it is a single word. */
interface GrammarPlaceholder {
  readonly words: string
  readonly first?: RegExp
  readonly isOneWord?: true
}

/** The placeholders of the built-in shapes. */
const placeholders: Readonly<Record<string, GrammarPlaceholder>> = {
  moment: { words: 'a moment such as `07:00` or `Mon`' },
  duration: { words: 'a duration such as `10 minutes`' },
  zone: { words: 'a time zone such as `Europe/Helsinki`', first: /^[A-Z]/, isOneWord: true },
  expression: { words: 'a cron expression such as `0 7 * * MON-FRI`' },
  date: { words: 'a date such as `2026-12-24` or `2026-12-24 18:00`', first: /^\d{4}-\d\d-\d\d/ },
  number: { words: 'a number', first: /^\d/, isOneWord: true },
  share: { words: 'a share from 0 to 1', first: /^[\d.]/, isOneWord: true },
  value: { words: "a value such as `'prod'`, `3` or `true`" },
}

function placeholderOf(name: string): GrammarPlaceholder {
  return Object.hasOwn(placeholders, name) ? placeholders[name]! : { words: `<${name}>` }
}

/** Possible continuations of a complete atom. */
const ends = ['&', '|', 'for', 'the end']
/** Words that users write for the operators. */
const operatorOf: Readonly<Record<string, string>> = {
  and: '&',
  or: '|',
  not: '~',
  '&&': '&',
  '||': '|',
  '!': '~',
}

/** Maximum number of words to check: longer texts have other mistakes, and hostile text must remain cheap. */
const maxWords = 40

/** Checks the text against several shapes, and returns the result of those that accept most of it. */
export function furthestOf(text: string, shapes: readonly string[]): Reach {
  const words = wordsOf(text)
  const walks = shapes
    .filter((shape) => mayBegin(shape, words[0]?.text))
    .map((shape) => new GrammarSearch(words, partsOf(shape)))
  const most = Math.max(0, ...walks.map((walk) => walk.furthest))
  const reaches = walks.filter((walk) => walk.furthest === most).map((walk) => walk.toReach(text))
  const misspelled = reaches.filter(({ words: at }) => at < most)
  const best = misspelled.length > 0 ? misspelled : reaches
  const place = Math.max(0, ...best.map((reach) => reach.place))
  const there = best.filter((reach) => reach.place === place)
  return {
    place,
    words: there[0]?.words ?? 0,
    expected: [...new Set(there.flatMap((reach) => reach.expected))],
    near: [...new Set(there.flatMap((reach) => reach.near))],
  }
}

/** The words that a shape may begin with; none if it begins with a placeholder. */
export function startsOf(shape: string): readonly string[] {
  let starts = knownStarts.get(shape)
  if (starts === undefined) knownStarts.set(shape, (starts = startsIn(partsOf(shape))))
  return starts
}

const knownStarts = new Map<string, readonly string[]>()

function startsIn(parts: readonly Part[]): readonly string[] {
  const found: string[] = []
  for (const part of parts) {
    if (part.kind === 'words') return [...found, ...part.words]
    if (part.kind !== 'optional') return []
    const first = part.parts[0]
    if (first?.kind === 'words') found.push(...first.words)
  }
  return found
}

/** False for a shape that begins with other words, which need not be checked. */
function mayBegin(shape: string, word: string | undefined): boolean {
  const starts = startsOf(shape)
  return word !== undefined && (starts.length === 0 || starts.includes(word))
}

/** The operator that a word denotes. */
export function operatorMeant(word: string): string | undefined {
  return Object.hasOwn(operatorOf, word.toLowerCase()) ? operatorOf[word.toLowerCase()] : undefined
}

/** Search of one text along one shape. Places are word indexes; after a placeholder, the text may be at several of them. */
class GrammarSearch {
  furthest = 0
  readonly #words: readonly Word[]
  /** The expected words at each reached place. */
  readonly #expected = new Map<number, Set<string>>()

  constructor(words: readonly Word[], parts: readonly Part[]) {
    this.#words = words
    for (const at of this.#follow(parts, [0])) if (at < words.length) this.#expect(at, ends)
  }

  toReach(text: string): Reach {
    // A misspelled word of the shape may have been accepted by the placeholder before it.
    for (const at of [...this.#expected.keys()].sort((a, b) => a - b)) {
      const close = this.#nearAt(at)
      if (close.length > 0 || at === this.furthest) return this.#reachAt(at, close, text)
    }
    return this.#reachAt(0, [], text)
  }

  #reachAt(at: number, close: readonly string[], text: string): Reach {
    const place = this.#words[at]?.place ?? text.length
    return { place, words: at, expected: [...(this.#expected.get(at) ?? [])], near: close }
  }

  #nearAt(at: number): readonly string[] {
    const word = this.#words[at]?.text ?? ''
    const meant = operatorMeant(word)
    if (meant !== undefined) return at === this.furthest ? [meant] : []
    // Names and numbers are not misspelled words, and most words of two characters are similar.
    if (!/^[a-z]{2,}$/.test(word)) return []
    const candidates = [...(this.#expected.get(at) ?? [])].filter((candidate) =>
      /^[a-z]{3,}$/.test(candidate),
    )
    return near(word, candidates)
  }

  #follow(parts: readonly Part[], from: readonly number[]): readonly number[] {
    let places = from
    for (const part of parts) {
      if (places.length === 0) return places
      places = this.#step(part, places)
    }
    return places
  }

  #step(part: Part, places: readonly number[]): readonly number[] {
    if (part.kind === 'optional') return [...new Set([...places, ...this.#follow(part.parts, places)])]
    if (part.kind === 'placeholder') return this.#fillPlaceholder(part.name, places)
    if (part.kind === 'quoted') return this.#takeQuoted(places)
    return places.flatMap((at) => {
      if (part.words.includes(this.#words[at]?.text ?? '')) return [at + 1]
      this.#expect(at, part.words)
      return []
    })
  }

  /** Accepts quoted text, or a list of quoted texts separated by commas. */
  #takeQuoted(places: readonly number[]): readonly number[] {
    return places.flatMap((place) => {
      for (let at = place; ; at++) {
        const word = this.#words[at]?.text ?? ''
        if (word.startsWith("'") && !word.endsWith(',')) return [at + 1]
        if (word.startsWith("'")) continue
        this.#expect(at, ["text in quotes such as `'fetch'`"])
        return []
      }
    })
  }

  /** A placeholder takes one or more words: after the first place at which it can begin, every place can follow. */
  #fillPlaceholder(name: string, places: readonly number[]): readonly number[] {
    const { words, first, isOneWord } = placeholderOf(name)
    const fits = (at: number): boolean =>
      at < this.#words.length && (first === undefined || first.test(this.#words[at]!.text))
    for (const at of places) if (!fits(at)) this.#expect(at, [words])
    const begins = places.filter(fits)
    if (isOneWord) return begins.map((at) => at + 1)
    const begin = Math.min(Number.POSITIVE_INFINITY, ...begins)
    if (!Number.isFinite(begin)) return []
    return Array.from({ length: this.#words.length - begin }, (_, more) => begin + 1 + more)
  }

  #expect(at: number, words: readonly string[]): void {
    this.furthest = Math.max(this.furthest, at)
    const expected = this.#expected.get(at) ?? new Set()
    this.#expected.set(at, expected)
    for (const word of words) expected.add(word)
  }
}

function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(/'(?:[^'\\]|\\.)*'?,?|[^\s']+/gs)) {
    if (words.length === maxWords) break
    words.push({ text: match[0], place: match.index })
  }
  return words
}

const known = new Map<string, readonly Part[]>()

function partsOf(shape: string): readonly Part[] {
  let parts = known.get(shape)
  if (parts === undefined) {
    const signs = shape.match(/'…',?|<[^>]*>|[[\]]|[^\s[\]]+/g) ?? []
    parts = readParts(signs, { at: 0 })
    known.set(shape, parts)
  }
  return parts
}

function readParts(signs: readonly string[], cursor: { at: number }): readonly Part[] {
  const parts: Part[] = []
  while (cursor.at < signs.length) {
    const sign = signs[cursor.at++]!
    if (sign === ']') break
    if (sign === '[') parts.push({ kind: 'optional', parts: readParts(signs, cursor) })
    else if (sign.startsWith('<')) parts.push({ kind: 'placeholder', name: sign.slice(1, -1) })
    else if (sign.startsWith("'")) parts.push({ kind: 'quoted' })
    else parts.push({ kind: 'words', words: sign.split('|') })
  }
  return parts
}
