/** Lists of the guide are complete: options, commands, events, kinds of warnings, and routes over HTTP. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import {
  command,
  createApp,
  createCsvStore,
  createJsonlStore,
  createMemoryStore,
  createSqliteStore,
  moduleWork,
  resilientStore,
  retry,
  type TaskOptions,
} from 'gantry'
import { createHttp } from 'gantry/http'
import { commandTypes } from '../../machines/commands.ts'
import { newsTypes } from '../../machines/protocol.ts'

const pageOf = (name: string): string => readFileSync(`docs/guide/${name}.md`, 'utf8')

/** Text of a section, from its heading to the next one of any level. */
function sectionOf(name: string, heading: string): string {
  const [, section = ''] = pageOf(name).split(new RegExp(`^#+ ${heading}$`, 'm'))
  return section.split(/^#+ /m)[0]!
}

const codesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)

/** Names in the first column of the table of a section. */
const rowsOf = (section: string): string[] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => codesIn(line.split(' | ')[0]!))
    .map((name) => name.split(/[:(]/)[0]!)

/** The known names in the error of an unknown option, without earlier names. */
function known(act: () => unknown): string[] {
  try {
    act()
  } catch (error) {
    return / Known are (.*)\.$/.exec((error as Error).message)![1]!.split(', ')
  }
  throw new Error('nothing was thrown')
}

test('tasks.md lists every option of a task', () => {
  const options = known(() => createApp().task('a', false, { xyz: 1 } as TaskOptions, () => {}))
  expect(options).toContain('priority')
  expect(rowsOf(sectionOf('tasks', 'Options')).sort()).toEqual(options.sort())
})

test('control.md lists every option of a session', () => {
  const options = known(() => createApp({ xyz: 1 } as never))
  expect(options).toContain('timezone')
  const listed = rowsOf(sectionOf('control', 'Options of a session'))
  expect(options.filter((name) => !listed.includes(name))).toEqual([])
})

/** An option that does not exist. */
const unknown = { xyz: 1 } as never

test.each<[page: string, what: string, act: () => unknown]>([
  ['conditions', 'retry()', () => retry(1, unknown)],
  ['conditions', 'app.condition()', () => createApp().condition('the shop is open', unknown, () => true)],
  ['control', 'session.shutDown()', () => createApp().session.shutDown(unknown)],
  ['executions', 'command()', () => command('true', unknown)],
  ['executions', 'moduleWork()', () => moduleWork(new URL('file:///work.mjs'), 'work', unknown)],
  ['executions', 'a pool', () => createApp({ pools: { db: unknown } })],
  ['http', 'createHttp()', () => createHttp(createApp().session, unknown)],
  ['http', 'the limits of createHttp()', () => createHttp(createApp().session, { limits: unknown })],
  ['run-log', 'the log', () => createApp({ log: unknown })],
  ['run-log', 'createJsonlStore()', () => createJsonlStore('runs.jsonl', unknown)],
  ['run-log', 'createCsvStore()', () => createCsvStore('runs.csv', unknown)],
  ['run-log', 'createSqliteStore()', () => createSqliteStore('runs.db', unknown)],
  ['run-log', 'resilientStore()', () => resilientStore(createMemoryStore(), unknown)],
])('%s.md names every option of %s', (page, _, act) => {
  const options = known(act)
  expect(options).not.toEqual([])
  const code = [...codesIn(pageOf(page)), ...pageOf(page).split('```')].join('\n')
  expect(options.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
})

describe('control.md, commands and events', () => {
  const section = sectionOf('control', 'Commands and events')
  const paragraph = (begin: string): string[] =>
    codesIn(section.split('\n\n').find((text) => text.startsWith(begin))!)

  test('lists every command', () => {
    expect(paragraph('Commands: ').sort()).toEqual([...commandTypes].sort())
  })

  test('lists every event', () => {
    expect(newsTypes.filter((type) => !paragraph('Events report ').includes(type))).toEqual([])
  })
})

test('the form of the dashboard that sends commands has an example of each', () => {
  const examples = readFileSync('dashboard/parts/send.tsx', 'utf8').matchAll(/^ {2}\{ type: '([\w.]+)'/gm)
  expect([...examples].map(([, type]) => type).sort()).toEqual([...commandTypes].sort())
})

test('errors.md lists every kind of warning in the code, in alphabetical order', () => {
  const sources = readdirSync('src', { recursive: true })
    .map((name) => join('src', String(name)))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(path, 'utf8'))
  // Calls such as `core.warn('log', …)` and `core.fail('hook', …)`, and summaries of one kind.
  const report = /(?:\b(?:warn|fail)\(|new SummedWarnings\([^,]+,)\s*'([a-z]+(?:-[a-z]+)*)',/g
  const kinds = new Set(sources.flatMap((text) => [...text.matchAll(report)].map(([, kind]) => kind!)))
  expect(kinds.size).toBeGreaterThan(20)
  expect(rowsOf(sectionOf('errors', 'Warnings'))).toEqual([...kinds].sort())
})

describe('http.md', () => {
  /** `/a/{b,c}` as `/a/b` and `/a/c`. */
  const expand = (path: string): string[] => {
    const [braces, list] = /\{([^}]*,[^}]*)\}/.exec(path) ?? []
    return list === undefined ? [path] : list.split(',').map((word) => path.replace(braces!, word))
  }

  /** Routes in the table; `…` stands for the path before it. */
  const listed = sectionOf('http', 'Routes')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => codesIn(line.split(' | ')[0]!))
    .reduce<{ routes: string[]; last: string }>(
      ({ routes, last }, code) => {
        const words = code.split(' ')
        const path = words.pop()!.replace('…', last)
        const added = words.flatMap((method) => expand(path).map((each) => `${method} ${each}`))
        return { routes: [...routes, ...added], last: path }
      },
      { routes: [], last: '' },
    ).routes

  test('lists every route of the OpenAPI document once, and no other', async () => {
    const http = createHttp(createApp({ logger: false }).session)
    const headers = { authorization: `Bearer ${http.token}` }
    const answer = await http.fetch(new Request('http://localhost/api/v1/openapi.json', { headers }))
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> }
    const routes = Object.entries(paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
      .map((route) => route.replace('/api/v1', ''))
    const named = new Set(['GET /openapi.json', 'GET /task/{name}/logs'])
    expect([...listed].sort()).toEqual(routes.filter((route) => !named.has(route)).sort())
  })
})
