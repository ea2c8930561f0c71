/** Public exports with their declarations and doc comments. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One public export. */
export interface Exported {
  readonly name: string
  /** The module that a user imports it from. */
  readonly module: string
  /** File and line of the declaration. */
  readonly path: string
  readonly line: number
  /** True for a type, which has no value to import. */
  readonly isType: boolean
  /** Doc comments of the declaration: several for overloads with their own, none if there is none. */
  readonly comments: readonly string[]
}

/** A block of code in a comment, at its line of the file. */
export interface Example {
  readonly of: string
  readonly path: string
  readonly line: number
  readonly code: string
}

/** Entry files by module name. */
export const doors: Readonly<Record<string, string>> = {
  gantry: 'src/index.ts',
  'gantry/conditions': 'src/app/conditions/index.ts',
  'gantry/time': 'src/app/time/index.ts',
  'gantry/log': 'src/app/log/index.ts',
  'gantry/testing': 'src/testing.ts',
  'gantry/inspect': 'src/inspect/index.ts',
  'gantry/http': 'src/http/index.ts',
  'gantry/machines': 'machines/index.ts',
}

const declared =
  /((?:^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?)(?:^\/\/.*\n)*^export (?:abstract |async |declare )*(function\*?|class|interface|type|const) (\w+)/gm
const lists = /^export (type )?(?:\{([^}]*)\}|\*) from '([^']+)'/gm

/** The exports of an entry file, including re-exports. */
export function exportsOf(module: string, path: string): Exported[] {
  const text = readFileSync(path, 'utf8')
  const own = new Map<string, Exported>()
  for (const match of text.matchAll(declared)) {
    const [, comment = '', kind = '', name = ''] = match
    const before = own.get(name)
    own.set(name, {
      name,
      module,
      path,
      line: before?.line ?? text.slice(0, match.index).split('\n').length,
      isType: (before?.isType ?? true) && (kind === 'interface' || kind === 'type'),
      comments: [...(before?.comments ?? []), ...(comment === '' ? [] : [comment])],
    })
  }
  const passedOn = [...text.matchAll(lists)].flatMap(([, onlyTypes, names, from = '']) => {
    const all = exportsOf(module, join(dirname(path), from))
    if (names === undefined) return all
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((entry) => {
        const name = entry.replace(/^type /, '')
        const found = all.find((each) => each.name === name)
        if (found === undefined) throw new Error(`${path} passes on what ${from} does not declare: ${name}`)
        return onlyTypes === undefined && entry === name ? found : { ...found, isType: true }
      })
  })
  return [...own.values(), ...passedOn]
}

/** The `ts` blocks below the `@example` tags of an export. */
export function examplesOf({ name, path, line, comments }: Exported): Example[] {
  return comments.flatMap((comment) =>
    [...comment.matchAll(/@example[^@]*?```ts\n([\s\S]*?)```/g)].map((match) => ({
      of: name,
      path,
      line: line + comment.slice(0, match.index).split('\n').length + 1,
      code: match[1]!.replace(/^[ \t]*\* ?/gm, ''),
    })),
  )
}
