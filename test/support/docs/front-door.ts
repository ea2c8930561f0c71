/** What a front door exports, where each of it is declared, and the comment that stands before it. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One export of a front door. */
export interface Exported {
  readonly name: string
  /** The module that a user imports it from. */
  readonly module: string
  /** The file that declares it, and the line. */
  readonly path: string
  readonly line: number
  /** A type has no value to import. */
  readonly isType: boolean
  /** The doc comments before it: more than one where overloads have their own, none where there is none. */
  readonly comments: readonly string[]
}

/** A block of code in a comment, at its line of the file. */
export interface Example {
  readonly of: string
  readonly path: string
  readonly line: number
  readonly code: string
}

/** The doors by the name of the module that they are to users. */
export const doors: Readonly<Record<string, string>> = {
  gantry: 'src/index.ts',
  'gantry/testing': 'src/testing.ts',
  'gantry/inspect': 'src/inspect/index.ts',
  'gantry/http': 'src/http/index.ts',
  'gantry/machines': 'machines/index.ts',
}

const declared =
  /((?:^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?)(?:^\/\/.*\n)*^export (?:abstract |async |declare )*(function\*?|class|interface|type|const) (\w+)/gm
const lists = /^export (type )?(?:\{([^}]*)\}|\*) from '([^']+)'/gm

/** The exports of a file of a door: its own, and those that it passes on. */
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

/** The blocks of `ts` below the `@example` tags of what is exported. */
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
