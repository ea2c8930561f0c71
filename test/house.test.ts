/** Rules for the structure of the code, checked on its files. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Expression, type MemberExpression, type Node, parseSync } from '@swc/core'

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

/** Static imports, re-exports, and modules loaded later by `import(…)`. */
const importing = /^(?:import|export)\s+(type\s)?[^'"]*?from '([^']+)'|\bimport\(\s*'([^']+)'/gms

const readImports = (path: string): Import[] =>
  [...code(path).matchAll(importing)].map(([, type, static_, dynamic]) => {
    const from = static_ ?? dynamic!
    return {
      isType: type !== undefined,
      from: from.startsWith('.') ? normalize(join(dirname(path), from)) : from,
    }
  })
const imports = new Map<string, Import[]>()
const importsOf = (path: string): Import[] => {
  const known = imports.get(path)
  if (known !== undefined) return known
  const found = readImports(path)
  imports.set(path, found)
  return found
}

/** The floor of a file; it may import its own and lower ones. */
const floorOf = (path: string): number => {
  if (path.startsWith('machines/')) return 0
  const room = path.split('/')[1]!
  const floors: Record<string, number> = {
    time: 1,
    conditions: 2,
    args: 2,
    log: 2,
    executors: 3,
    workflow: 3,
    session: 4,
  }
  if (room in floors) return floors[room]!
  if (['http', 'cli', 'dashboard'].includes(room)) return 6
  if (room === 'index.ts') return 7
  return ['app', 'inspect', 'testing.ts'].includes(room) ? 5 : 0
}
const siblings = ['src/conditions/', 'src/args/', 'src/log/']

/** [law, what is looked for, where it is allowed] */
const words: readonly [string, RegExp, RegExp][] = [
  [
    'the clock is read only in src/clock',
    /\bDate\.now\b|new Date\(\)|\bperformance\.now\b/,
    /^src\/clock\/system-clock\.ts$/,
  ],
  [
    'timers are set only in src/clock',
    /\b(setTimeout|setInterval|setImmediate)\(/,
    /^src\/clock\/system-clock\.ts$/,
  ],
  ['there are no default exports', /^export default /m, /^$/],
  ['re-exports are only in index files', /^export (\*|\{[^}]*\}|type \{[^}]*\}) from /m, /index\.ts$/],
  [
    'no member is declared as assigned later (`!:`)',
    /^\s+(?:(?:readonly|static|declare|override|accessor|public|private|protected) )*#?\w+!:/m,
    /^$/,
  ],
  ['no path of a machine', /(^|[\s'"`(])\/(work|root)\//m, /^$/],
]

const code = (path: string): string => textOf.get(path)!.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

/** All folders that contain code. */
const folders = [...new Set(files.flatMap(foldersAbove))].sort()

function foldersAbove(path: string): string[] {
  const folder = dirname(path)
  return folder === '.' ? [] : [folder, ...foldersAbove(folder)]
}

/** The child of a folder that a file belongs to: a folder, or the file itself; null where it is outside. */
function partOf(folder: string, path: string): string | null {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0]! : null
}

/** The first circle found, as the way round; null where there is none. */
function circleOf(all: readonly string[], usesOf: (one: string) => readonly string[]): string[] | null {
  const known = new Set(all)
  const done = new Set<string>()
  const search = (one: string, above: readonly string[]): string[] | null => {
    if (above.includes(one)) return [...above.slice(above.indexOf(one)), one]
    if (done.has(one)) return null
    for (const used of usesOf(one)) {
      const found = known.has(used) ? search(used, [...above, one]) : null
      if (found !== null) return found
    }
    done.add(one)
    return null
  }
  for (const one of all) {
    const found = search(one, [])
    if (found !== null) return found
  }
  return null
}

/** Objects of src/session whose members other code may assign: records of data, and objects that the same function creates. */
const records =
  /^(entry|slot|request|queued|pending|watched|counted|before|error|event|stepped|system|ended\.promise)$/

/** Members that a file assigns to objects other than `this`, as `receiver.member`. */
function assignedIn(path: string): string[] {
  const found = new Set<string>()
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (typeof node !== 'object' || node === null) return
    const { type, left, argument } = node as { type?: string; left?: Node; argument?: Node }
    const target = type === 'AssignmentExpression' ? left : type === 'UpdateExpression' ? argument : undefined
    if (target?.type === 'MemberExpression') {
      const { object, property } = target as unknown as MemberExpression
      // An element of a list or a record is no member.
      if (property.type !== 'Computed' && object.type !== 'ThisExpression') found.add(nameOf(object))
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'span') visit(child)
  }
  visit(parseSync(textOf.get(path)!, { syntax: 'typescript', target: 'es2022' }))
  return [...found]
}

/** The text of a chain of members; the type of any other expression. */
function nameOf(expression: Expression): string {
  if (expression.type === 'Identifier') return expression.value
  if (expression.type === 'ThisExpression') return 'this'
  if (expression.type !== 'MemberExpression') return expression.type
  const { object, property } = expression
  return `${nameOf(object)}.${'value' in property ? property.value : '[]'}`
}

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

  test('http, cli and dashboard use only the front door and the internal door', () => {
    const wrong = files.flatMap((path) => {
      const room = /^src\/(http|cli|dashboard)\//.exec(path)?.[0]
      if (room === undefined) return []
      return importsOf(path)
        .filter(
          ({ from }) =>
            textOf.has(from) &&
            !/^src\/(http|cli|dashboard)\//.test(from) &&
            !/^(src\/(app|app\/internal|inspect)|machines)\/index\.ts$/.test(from),
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
    ['rxjs', /^src\/(conditions\/evaluate\/watch\.ts|session\/)/],
    ['xstate', /^(machines|src\/session|src\/workflow)\//],
  ] as const)('values of %s are made only in their rooms', (library, allowed) => {
    const wrong = files.filter(
      (path) =>
        !allowed.test(path) && importsOf(path).some(({ from, isType }) => from === library && !isType),
    )
    expect(wrong).toEqual([])
  })

  test('no part of a session is filled or changed from outside', () => {
    const wrong = files
      .filter((path) => path.startsWith('src/session/'))
      .flatMap((path) =>
        assignedIn(path)
          .filter((receiver) => !records.test(receiver))
          .map((receiver) => `${path}: ${receiver}`),
      )
    expect(wrong).toEqual([])
  })

  test('there is no circle of imports', () => {
    expect(circleOf(files, (path) => importsOf(path).map(({ from }) => from))).toBeNull()
  })

  // The children of a folder, files and sub-folders, are floors: none imports a child that imports it, directly or not.
  test.each(folders)('no import runs back up inside %s', (folder) => {
    const uses = new Map<string, Set<string>>()
    for (const path of files) {
      const user = partOf(folder, path)
      if (user === null) continue
      const used = uses.get(user) ?? new Set()
      uses.set(user, used)
      for (const { from } of importsOf(path)) {
        const part = textOf.has(from) ? partOf(folder, from) : null
        if (part !== null && part !== user) used.add(part)
      }
    }
    expect(circleOf([...uses.keys()], (part) => [...uses.get(part)!])).toBeNull()
  })

  test('no folder holds over 15 files', () => {
    const over = folders.filter((folder) => files.filter((path) => dirname(path) === folder).length > 15)
    expect(over).toEqual([])
  })

  test('no file is over 400 lines', () => {
    const over = files.filter((path) => textOf.get(path)!.split('\n').length > 400)
    expect(over).toEqual([])
  })
})
