/** Args of custom conditions, and the words that contain them. */
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { type PlaceholderType, toPlaceholderValue } from '../language/placeholders.ts'
import type { Template } from '../language/template.ts'

/** The types of the placeholders in all templates. */
export function typesOf(templates: readonly Template[]): ReadonlyMap<string, PlaceholderType> {
  const types = new Map<string, PlaceholderType>()
  for (const { name, type } of templates.flatMap(({ placeholders }) => placeholders)) {
    if ((types.get(name) ?? type) !== type)
      throw new SyntaxError(
        `Cannot add words to a condition as a placeholder must have the same type in all templates: {${name}}`,
      )
    types.set(name, type)
  }
  return types
}

/** An arg without a placeholder is a mistake: the function would lack another one, and the words could not contain it. */
export function checkPlaceholders(
  args: Readonly<Record<string, unknown>>,
  types: ReadonlyMap<string, PlaceholderType>,
): void {
  for (const name of Object.keys(args)) {
    if (types.has(name)) continue
    const hint = didYouMeanNearest(name, types.keys())
    throw new TypeError(
      `Cannot call that condition as its words have ${types.size === 0 ? 'no placeholders' : `the placeholders ${[...types.keys()].join(', ')}`}: '${name}'.${hint}`,
    )
  }
}

/** The args, each converted to the type of its placeholder. */
export function valuesOf(
  args: Readonly<Record<string, unknown>>,
  types: ReadonlyMap<string, PlaceholderType>,
): Readonly<Record<string, unknown>> {
  if (types.size === 0) return args
  return Object.fromEntries(
    Object.entries(args).map(([name, given]) => {
      const type = types.get(name)
      return [name, type === undefined ? given : toPlaceholderValue(type, given)]
    }),
  )
}

/** A key for plain args; null for other args, which are unique for each use. */
export function keyOf(args: Readonly<Record<string, unknown>>): string | null {
  const entries = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1))
  const isPlain = entries.every(
    ([, value]) => value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value),
  )
  return isPlain ? JSON.stringify(entries) : null
}

/** The first template that these args fill, filled. */
export function wordsFor(
  templates: readonly Template[],
  values: Readonly<Record<string, unknown>>,
): string | null {
  for (const template of templates) {
    const words = template.print(values)
    if (words !== null) return words
  }
  return null
}
