/** A misspelled option is refused at every public door, in the same words and with the near name. */
import { afterAll, expect, test } from '@jest/globals'
import {
  arg,
  command,
  condition,
  createApp,
  createCsvStore,
  createGroup,
  createJsonlStore,
  createMemoryStore,
  createRedactor,
  createSqliteStore,
  cron,
  every,
  moduleWork,
  resilientStore,
  retry,
  schedulerCycles,
  schedulerRunning,
} from 'gantry'
import { createHttp } from 'gantry/http'
import { createStatelyInspector } from 'gantry/inspect'
import { TestClock } from 'gantry/testing'
import { silent } from '../support/silent.ts'

const app = createApp({ logger: silent })
const { session } = app
app.task('a', false, () => {})
afterAll(() => session.shutDown({ force: true }))

/** Options as a program without types gives them. */
const misspelled = (key: string): never => ({ [key]: 1 }) as never

/** [door, misspelling, name, call] */
const doors: readonly [string, string, string, (key: string) => unknown][] = [
  ['createApp()', 'timezon', 'timezone', (key) => createApp(misspelled(key))],
  ['app.start()', 'dashbord', 'dashboard', (key) => app.start(misspelled(key))],
  ['app.task()', 'priorty', 'priority', (key) => app.task('b', false, misspelled(key), () => {})],
  ['app.group()', 'prefx', 'prefix', (key) => app.group(misspelled(key))],
  ['createGroup()', 'exection', 'execution', (key) => createGroup(misspelled(key))],
  ['session.forecast()', 'untl', 'until', (key) => session.forecast(misspelled(key))],
  [
    'session.send()',
    'parms',
    'params',
    (key) => session.send({ type: 'task.run', task: 'a', [key]: {} } as never),
  ],
  ['every()', 'basd', 'based', (key) => every('1 hour', misspelled(key))],
  ['retry()', 'dely', 'delay', (key) => retry(3, misspelled(key))],
  ['cron()', 'grce', 'grace', (key) => cron('* * * * *', misspelled(key))],
  ['fields of cron()', 'minutes', 'minute', (key) => cron(misspelled(key))],
  ['schedulerRunning()', 'moreThen', 'moreThan', (key) => schedulerRunning(misspelled(key))],
  ['schedulerCycles()', 'exacty', 'exactly', (key) => schedulerCycles(misspelled(key))],
  ['condition()', 'refres', 'refresh', (key) => condition('it rains', misspelled(key), () => true)],
  ['command()', 'shel', 'shell', (key) => command('ls', misspelled(key))],
  ['moduleWork()', 'frsh', 'fresh', (key) => moduleWork('file:///a.js', 'a', misspelled(key))],
  ['arg()', 'nam', 'name', (key) => arg(() => 1, misspelled(key))],
  ['createMemoryStore()', 'retenton', 'retention', (key) => createMemoryStore(misspelled(key))],
  ['a retention', 'maxTotl', 'maxTotal', (key) => createMemoryStore({ retention: misspelled(key) })],
  ['createJsonlStore()', 'onProblm', 'onProblem', (key) => createJsonlStore('a', misspelled(key))],
  ['createCsvStore()', 'retenton', 'retention', (key) => createCsvStore('a', misspelled(key))],
  ['createSqliteStore()', 'onDamge', 'onDamage', (key) => createSqliteStore('a', misspelled(key))],
  ['resilientStore()', 'whenDwn', 'whenDown', (key) => resilientStore(createMemoryStore(), misspelled(key))],
  ['createRedactor()', 'patern', 'patterns', (key) => createRedactor(misspelled(key))],
  ['createHttp()', 'readonly', 'readOnly', (key) => createHttp(session, misspelled(key))],
  [
    'limits of createHttp()',
    'bodyByte',
    'bodyBytes',
    (key) => createHttp(session, { limits: misspelled(key) }),
  ],
  ['auth of createHttp()', 'readTokn', 'readToken', (key) => createHttp(session, { auth: misspelled(key) })],
  ['listen()', 'prot', 'port', (key) => createHttp(session).listen(misspelled(key))],
  ['createStatelyInspector()', 'maxActor', 'maxActors', (key) => createStatelyInspector(misspelled(key))],
  ['TestClock', 'zon', 'zone', (key) => new TestClock(misspelled(key))],
]

test.each(doors)('%s refuses %j: did you mean %j', async (_, key, name, call) => {
  const error = await (async () => call(key))().then(
    () => null,
    (problem: unknown) => problem,
  )
  expect(error).toBeInstanceOf(TypeError)
  expect((error as Error).message).toMatch(
    new RegExp(`^Cannot .*as '${key}' is not one of them\\. Did you mean '${name}'\\?$`),
  )
})

test.each([
  ['far from all', { xyzzy: 1 }, "'xyzzy' is not one of them. Known are based, between."],
  ['a name that every object has', { constructor: 1 }, "'constructor' is not one of them."],
  ['no object', 5, 'they must be an object: 5'],
  ['a list', [1], 'they must be an object: [1]'],
  ['null', null, 'they must be an object: null'],
])('options that are %s', (_, options, said) => {
  expect(() => every('1 hour', options as never)).toThrow(`Cannot read options of every() as ${said}`)
})
