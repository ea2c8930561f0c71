/** The laws of the house, checked on its files. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from '@jest/globals'

const files = ['src', 'machines'].flatMap((root) =>
  readdirSync(root, { recursive: true })
    .map((name) => join(root, String(name)))
    .filter((path) => path.endsWith('.ts')),
)
const textOf = new Map(files.map((path) => [path, readFileSync(path, 'utf8')]))

interface Import {
  readonly from: string
  readonly isType: boolean
}

const importsOf = (path: string): Import[] =>
  [...code(path).matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from '([^']+)'/gms)].map((match) => ({
    isType: match[1] !== undefined,
    from: match[2]!.startsWith('.') ? normalize(join(dirname(path), match[2]!)) : match[2]!,
  }))

/** The floor of a file; it may import its own and lower ones. */
const floorOf = (path: string): number => {
  if (path.startsWith('machines/')) return 0
  const room = path.split('/')[1]!
  const floors: Record<string, number> = { time: 1, conditions: 2, args: 2, log: 2, executors: 3, session: 4 }
  if (room in floors) return floors[room]!
  if (['http', 'cli', 'dashboard'].includes(room)) return 6
  return ['app', 'inspect', 'testing.ts', 'index.ts'].includes(room) ? 5 : 0
}
const siblings = ['src/conditions/', 'src/args/', 'src/log/']

/** [law, what is looked for, where it is allowed] */
const words: readonly [string, RegExp, RegExp][] = [
  ['the clock is read only in src/clock.ts', /\bDate\.now\(|new Date\(\)/, /^src\/clock\.ts$/],
  ['timers are set only in src/clock.ts', /\b(setTimeout|setInterval|setImmediate)\(/, /^src\/clock\.ts$/],
  ['there are no default exports', /^export default /m, /^$/],
  ['re-exports stand only in index files', /^export (\*|\{[^}]*\}|type \{[^}]*\}) from /m, /index\.ts$/],
  ['no path of a machine', /\/work\/|\/root\//, /^$/],
]

const code = (path: string): string => textOf.get(path)!.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

describe('house laws', () => {
  test.each(words)('%s', (_, pattern, allowed) => {
    expect(files.filter((path) => !allowed.test(path) && pattern.test(code(path)))).toEqual([])
  })

  test('imports follow the floors', () => {
    const wrong = files.flatMap((path) =>
      importsOf(path)
        .filter(({ from }) => textOf.has(from) && floorOf(from) > floorOf(path))
        .map(({ from }) => `${path} → ${from}`),
    )
    expect(wrong).toEqual([])
  })

  test('http, cli and dashboard use only the front door', () => {
    const wrong = files.flatMap((path) => {
      const room = /^src\/(http|cli|dashboard)\//.exec(path)?.[0]
      if (room === undefined) return []
      return importsOf(path)
        .filter(
          ({ from }) =>
            textOf.has(from) &&
            !/^src\/(http|cli|dashboard)\//.test(from) &&
            !/^(src\/(inspect\/)?|machines\/)index\.ts$/.test(from),
        )
        .map(({ from }) => `${path} → ${from}`)
    })
    expect(wrong).toEqual([])
  })

  test('conditions, args and log do not import one another', () => {
    const wrong = files.flatMap((path) => {
      const room = siblings.find((each) => path.startsWith(each))
      if (room === undefined) return []
      return importsOf(path)
        .filter(({ from }) => siblings.some((other) => other !== room && from.startsWith(other)))
        .map(({ from }) => `${path} → ${from}`)
    })
    expect(wrong).toEqual([])
  })

  test('machines import xstate and one another, nothing else', () => {
    const wrong = files
      .filter((path) => path.startsWith('machines/'))
      .flatMap((path) =>
        importsOf(path).filter(({ from }) => from !== 'xstate' && !from.startsWith('machines/')),
      )
    expect(wrong).toEqual([])
  })

  test.each([
    ['luxon', /^src\/time\//],
    ['rxjs', /^src\/(conditions\/watch\.ts|session\/)/],
    ['xstate', /^(machines|src\/session)\//],
  ] as const)('values of %s are made only in their rooms', (library, allowed) => {
    const wrong = files.filter(
      (path) =>
        !allowed.test(path) && importsOf(path).some(({ from, isType }) => from === library && !isType),
    )
    expect(wrong).toEqual([])
  })

  test('there is no circle of imports', () => {
    const done = new Set<string>()
    const circle = (path: string, above: readonly string[]): string[] | null => {
      if (above.includes(path)) return [...above.slice(above.indexOf(path)), path]
      if (done.has(path)) return null
      for (const { from } of importsOf(path)) {
        const found = textOf.has(from) ? circle(from, [...above, path]) : null
        if (found !== null) return found
      }
      done.add(path)
      return null
    }
    for (const path of files) expect(circle(path, [])).toBeNull()
  })

  test('no file is over 400 lines', () => {
    const over = files.filter((path) => textOf.get(path)!.split('\n').length > 400)
    expect(over).toEqual([])
  })
})
