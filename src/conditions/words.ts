/** The language that statements are read in: the built-in atoms, and the words that an app adds. */
import { type Atom, atoms } from './atoms.ts'
import type { CustomCondition } from './custom.ts'
import { unquote } from './tokenizer.ts'

/** Atoms by order of trial. An app has its own, so that two apps in a process may use the same words differently. */
export class Words {
  readonly #own: Atom[] = []

  /** All atoms: the built-in ones first. */
  get atoms(): readonly Atom[] {
    return this.#own.length === 0 ? atoms : [...atoms, ...this.#own]
  }

  /** The atoms that an app has added. */
  get own(): readonly Atom[] {
    return this.#own
  }

  /** Adds the wordings of a custom condition; throws for a template that cannot be one. */
  add(condition: CustomCondition): void {
    for (const wording of condition.wordings) this.#own.push(toAtom(wording, condition))
  }
}

const slotText = "(?:'(?:[^'\\\\]|\\\\.)*'|.+?)"

function toAtom(wording: string | RegExp, condition: CustomCondition): Atom {
  if (wording instanceof RegExp) {
    const flags = [...new Set(`${wording.flags.replace(/[gy]/g, '')}d`)].join('')
    return atomOf(new RegExp(`^(?:${wording.source})$`, flags), String(wording), condition)
  }
  const slots = [...wording.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
  const twice = slots.find((slot, place) => slots.indexOf(slot) !== place)
  if (twice !== undefined)
    throw new SyntaxError(`Cannot use '${wording}' as words as a slot may stand in it once: {${twice}}`)
  if (/[&|~()]/.test(wording.replace(/'[^']*'/g, '')))
    throw new SyntaxError(`Cannot use '${wording}' as words as they must not hold & | ~ ( )`)
  const source = wording
    .trim()
    .split(/(\{\w+\})/)
    .map((part) => {
      const slot = /^\{(\w+)\}$/.exec(part)
      return slot === null ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : `(?<${slot[1]}>${slotText})`
    })
    .join('')
  return atomOf(new RegExp(`^${source}$`, 'ds'), wording, condition)
}

function atomOf(pattern: RegExp, shape: string, condition: CustomCondition): Atom {
  return {
    pattern,
    shape,
    build: (parts) => {
      const args = Object.fromEntries(
        Object.entries(parts)
          .filter(([, text]) => text !== undefined)
          .map(([slot, text]) => [
            slot,
            text!.startsWith("'") && text!.endsWith("'") ? unquote(text!) : text!,
          ]),
      )
      return condition(args).node
    },
  }
}

/** The language without words of an app's own. */
export const builtInWords = new Words()
