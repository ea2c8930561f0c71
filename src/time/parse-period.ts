/** Parser of periods with operators, parentheses and suffixes. */
import { StatementError } from '../errors/statement-error.ts'
import { intersection, type Period, union } from './period.ts'
import { placed, readPhrase, relocate, withSuffix } from './period-phrases.ts'

/** Maximum nesting of parentheses: hostile text must not exhaust the stack. */
const MAX_DEPTH = 200
/** Maximum length of a text in characters: parsers look ahead, so their time grows faster than the length. */
const MAX_LENGTH = 4_000

/**
 * Parses a period: phrases such as `time of day between 10:00 and 12:00`, `time of week on Mon`, `past 2 hours`,
 * `today`, `always`, joined by `&` (binds first) and `|`, with parentheses, optionally `in` a zone. Throws a
 * `StatementError` with the offset and the expected words.
 *
 * @example
 * ```ts
 * parseTime('time of day after 07:00 & time of week between Mon and Fri')
 * ```
 */
export function parseTime(text: string): Period {
  if (typeof text !== 'string')
    throw new TypeError(`Cannot read a period as it must be text: ${String(text)}.`)
  if (text.length > MAX_LENGTH) {
    throw new StatementError(
      `Cannot read a period as it may have at most ${MAX_LENGTH} characters: ${text.length}.`,
      {
        text,
        offset: MAX_LENGTH,
      },
    )
  }
  const reader = new PeriodParser(text)
  const period = reader.any(0)
  reader.expectEnd()
  return period
}

class PeriodParser {
  #at = 0
  constructor(readonly text: string) {}

  any(depth: number): Period {
    const parts = [this.all(depth)]
    while (this.#take('|')) parts.push(this.all(depth))
    return parts.length === 1 ? parts[0]! : union(...parts)
  }

  all(depth: number): Period {
    const parts = [this.one(depth)]
    while (this.#take('&')) parts.push(this.one(depth))
    return parts.length === 1 ? parts[0]! : intersection(...parts)
  }

  one(depth: number): Period {
    if (depth > MAX_DEPTH) this.#fail(`it may be nested at most ${MAX_DEPTH} levels deep`, [])
    if (!this.#take('(')) return this.#phrase()
    const inner = this.any(depth + 1)
    if (!this.#take(')')) this.#fail('a parenthesis is not closed', ['`)`', '`&`', '`|`'])
    return this.#suffixes(inner)
  }

  /** Reads the suffixes after a closed parenthesis: `in` a zone, `every` duration. */
  #suffixes(inner: Period): Period {
    let period = inner
    for (;;) {
      const suffix = /^\s*(in|every)\s+((?:(?!\s(?:in|every)\s)[^&|()])+)/.exec(this.text.slice(this.#at))
      if (suffix === null) return period
      const from = this.#at + suffix[0].length - suffix[2]!.length
      this.#at += suffix[0].length
      period = placed(this.text, from, () => withSuffix(period, suffix[1] as 'in', suffix[2]!.trim()))
    }
  }

  expectEnd(): void {
    if (this.#at < this.text.length) this.#fail('it must end there', ['`&`', '`|`', 'the end'])
  }

  #phrase(): Period {
    const from = this.#at
    const phrase = /^[^&|()]*/.exec(this.text.slice(from))![0]
    if (phrase.trim() === '')
      this.#fail('a period is missing', ['a period such as `time of day after 07:00`'])
    this.#at += phrase.length
    try {
      return readPhrase(phrase)
    } catch (error) {
      throw error instanceof StatementError ? relocate(error, this.text, from) : error
    }
  }

  #take(sign: string): boolean {
    const space = /^\s*/.exec(this.text.slice(this.#at))![0].length
    if (this.text[this.#at + space] !== sign) {
      if (this.#at + space === this.text.length) this.#at = this.text.length
      return false
    }
    this.#at += space + 1
    return true
  }

  #fail(rule: string, expected: readonly string[]): never {
    const space = /^\s*/.exec(this.text.slice(this.#at))![0].length
    throw new StatementError(`Cannot read a period as ${rule}: '${this.text}'.`, {
      text: this.text,
      offset: this.#at + space,
      expected,
    })
  }
}
