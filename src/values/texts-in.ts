/** The texts in an unknown value. */
import { type Key, type Place, ValueCheck } from './walk.ts'

/** Number of members that are visited, in total and of one list; a secret has few. */
const maxMembers = 10_000
const maxItems = 1_000

/** Calls with each text in a value: the value itself, or its members at any depth. Never throws. */
export function eachText(value: unknown, call: (text: string) => void): void {
  new TextSearch(call).check(value, null)
}

class TextSearch extends ValueCheck {
  readonly #call: (text: string) => void
  #left = maxMembers

  constructor(call: (text: string) => void) {
    super()
    this.#call = call
  }

  protected leaf(value: unknown): void {
    if (typeof value === 'string') this.#call(value)
  }

  protected override enter(place: Place): void {
    try {
      this.byKind(place)
    } catch {
      // A proxy or an accessor of the object throws: what cannot be read cannot be logged.
    }
  }

  protected list(list: readonly unknown[], place: Place): void {
    for (let i = 0; i < list.length && i < maxItems && this.#left > 0; i++)
      this.#member(() => list[i], i, place)
  }

  protected override map(map: ReadonlyMap<unknown, unknown>, place: Place): void {
    for (const value of map.values()) {
      if (this.#left <= 0) return
      this.#member(() => value, null, place)
    }
  }

  protected override set(set: ReadonlySet<unknown>, place: Place): void {
    for (const value of set) {
      if (this.#left <= 0) return
      this.#member(() => value, null, place)
    }
  }

  /** Bytes contain no texts. */
  protected override view(): void {}

  protected object(value: object, place: Place): void {
    for (const key of Object.keys(value)) {
      if (this.#left <= 0) return
      this.#member(() => (value as Record<string, unknown>)[key], key, place)
    }
  }

  #member(read: () => unknown, key: Key, place: Place): void {
    this.#left -= 1
    let value: unknown
    try {
      value = read()
    } catch {
      return
    }
    this.visit(value, key, place)
  }
}
