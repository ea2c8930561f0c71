// Count of the functions between a timer and the work, and of the frames between a manual request and its queue: `npm run hops`.
//
// The count uses V8 precise coverage per function (call counts, no blocks), on a TestClock with the memory store. Own code is the code
// below dist/ of the package, including the TestClock. XState, RxJS, Luxon, Node and this script are not counted. A function counts
// once per phase, regardless of the number of calls; a file counts if one of its functions ran.
//
// - `timer to work`: from the callback of the timer that makes the second run of `every 1 second` due, to the first line of the work.
// - `work to end`: from that line (the work does nothing else) to the event `run.ended`, which follows the end record.
// - `createApp()` and `app.task()`: the first call in its process. `app.start()`: until its promise resolves.
// - `run() to queue`: own frames on the stack from `run()` of a task to the function that stores the request, both included. The
//   stack is captured when own code adds an object with the key of the request to an array, a map or a set.
//
// `--list` prints the files and functions of each phase. `--json` prints JSON. `--versus DIR` compares with another built package
// (its folder or its dist/). `--package DIR` measures another built package instead of this one.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { Session } from 'node:inspector'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

/** Path of the queue of manual runs below dist/; it decides if several own functions store the request. */
const queueFile = /queue|manual-runs/
/** Path of own collections below dist/: like those of the language, they are the queue and not on the way to it. */
const collectionFile = /run-list/
/** Targets of files, functions and frames. */
const targets = { 'timer to work': { files: 22, functions: 90 }, 'run() to queue': { frames: 4 } }

const { values: options } = parseArgs({
  options: {
    list: { type: 'boolean' },
    json: { type: 'boolean' },
    versus: { type: 'string' },
    package: { type: 'string' },
    // Internal: the child process measures this package.
    measure: { type: 'string' },
  },
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const requestKey = 'the key of the counted request'

if (options.measure === undefined) report()
else process.stdout.write(JSON.stringify(await measure(options.measure)))

function report() {
  const here = join(dirname(fileURLToPath(import.meta.url)), '..')
  const own = measureApart(options.package ?? here)
  const other = options.versus === undefined ? undefined : measureApart(options.versus)
  if (options.json)
    return console.log(JSON.stringify(other === undefined ? own : { own, versus: other }, null, 2))
  const line = (cells) =>
    console.log(cells.map((cell, n) => (n === 0 ? cell.padEnd(16) : cell.padStart(12))).join(''))
  line(['', 'count', ...(other === undefined ? [] : ['versus', 'difference']), 'target'])
  for (const [phase, { lists: _, ...counts }] of Object.entries(own)) {
    console.log(phase)
    for (const [what, count] of Object.entries(counts)) {
      const before = other?.[phase]?.[what]
      const versus = other === undefined ? [] : [`${before}`, `${count > before ? '+' : ''}${count - before}`]
      line([`  ${what}`, `${count}`, ...versus, `${targets[phase]?.[what] ?? ''}`])
    }
  }
  if (!options.list) return
  for (const [phase, { lists }] of Object.entries(own)) {
    console.log(`\n${phase}`)
    for (const [file, names] of Object.entries(lists)) console.log(`  ${file}: ${names.join(', ')}`)
  }
}

/** Measures a package in a child process, so that no code has run before. */
function measureApart(folder) {
  const root = realpathSync(basename(folder) === 'dist' ? dirname(folder) : folder)
  if (!existsSync(join(root, 'dist')))
    throw new Error(
      `Cannot count hops as the package must be built: '${root}' has no dist/. Run npm run build there.`,
    )
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', root], {
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'UTC' },
  })
  return JSON.parse(output.toString())
}

async function measure(root) {
  const dist = pathToFileURL(join(root, 'dist') + sep).href
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const inspector = new Session()
  inspector.connect()
  const post = (method, params) => {
    let answer
    // In the same thread, the answer arrives before `post` returns.
    inspector.post(method, params, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const load = (entry) => import(pathToFileURL(join(root, exports[entry].default)).href)
  const { createApp } = await load('.')
  const { TestClock } = await load('./testing')

  /** Returns the own functions that ran since the last call, by file. */
  const called = () => {
    const lists = {}
    for (const { url, functions } of post('Profiler.takePreciseCoverage').result) {
      if (!url.startsWith(dist)) continue
      const names = functions
        .filter(({ ranges }) => ranges[0].count > 0)
        .map(({ functionName }) => functionName || '(anonymous)')
      if (names.length > 0) lists[url.slice(dist.length)] = names
    }
    return lists
  }
  const counted = (lists) => ({
    files: Object.keys(lists).length,
    functions: Object.values(lists).reduce((sum, names) => sum + names.length, 0),
    lists,
  })

  /** A test clock that calls `onFire` once, before the callback of the next timer. */
  class CountingClock extends TestClock {
    onFire
    callAt(at, call) {
      return super.callAt(at, this.#counted(call))
    }
    callAfter(ms, call) {
      return super.callAfter(ms, this.#counted(call))
    }
    #counted(call) {
      return () => {
        const onFire = this.onFire
        this.onFire = undefined
        onFire?.()
        call()
      }
    }
  }

  const phases = {}
  const clock = new CountingClock({ at: '2026-01-01T00:00', zone: 'UTC' })
  called()
  const app = createApp({ clock, timezone: 'UTC', logger: silent })
  phases['createApp()'] = counted(called())

  let runs = 0
  const work = () => {
    runs += 1
    if (runs === 2) phases['timer to work'] = counted(called())
  }
  called()
  app.task('a', 'every 1 second', work)
  phases['app.task()'] = counted(called())
  await app.start()
  phases['app.start()'] = counted(called())
  await clock.settled()
  await clock.advance('999 milliseconds')
  app.session.on('run.ended', () => {
    if (runs === 2) phases['work to end'] ??= counted(called())
  })
  clock.onFire = called
  await clock.advance('1 millisecond')
  if (runs !== 2) throw new Error(`Cannot count as the task must have run twice: ${runs}`)

  const manual = app.task('manual', false, () => {})
  await clock.settled()
  const frames = framesToQueue(dist, () => manual.run({}, { key: requestKey }))
  phases['run() to queue'] = { frames: frames.length, lists: Object.fromEntries(frames.map(toNumbered)) }
  app.session.shutDown({ force: true })
  await clock.settled()
  const order = ['timer to work', 'work to end', 'createApp()', 'app.task()', 'app.start()', 'run() to queue']
  return Object.fromEntries(order.map((phase) => [phase, phases[phase]]))
}

/** The own frames from `run()` of a task to the function that stores its request, outermost first. */
function framesToQueue(dist, run) {
  const stacks = []
  const look = (value) => {
    if (!holdsKey(value, 3)) return
    const stack = stackOf().filter(({ file }) => !collectionFile.test(file))
    // Libraries queue events that contain the request: only own code is of interest.
    if (stack[0]?.file.startsWith(dist)) stacks.push(stack)
  }
  const undo = watchCollections(look)
  try {
    run()
  } finally {
    undo()
  }
  const found =
    stacks.find(([innermost]) => queueFile.test(innermost.file.slice(dist.length))) ?? stacks.at(-1)
  if (found === undefined)
    throw new Error('Cannot count frames as no own collection took the request: extend watchCollections().')
  return found
    .filter(({ file }) => file.startsWith(dist))
    .reverse()
    .map(({ name, file, line }) => ({ name, file: file.slice(dist.length), line }))
}

function holdsKey(value, depth) {
  if (value === requestKey) return true
  if (depth === 0 || typeof value !== 'object' || value === null) return false
  return Object.values(Object.getOwnPropertyDescriptors(value)).some(({ value: inner }) =>
    holdsKey(inner, depth - 1),
  )
}

/** Calls `onValue` with each value that is added to an array, a map or a set, until the returned function is called. */
function watchCollections(look) {
  const methods = [
    [Array.prototype, 'push'],
    [Array.prototype, 'unshift'],
    [Array.prototype, 'splice'],
    [Map.prototype, 'set'],
    [Set.prototype, 'add'],
  ]
  let isLooking = false
  const undo = methods.map(([prototype, name]) => {
    const original = prototype[name]
    prototype[name] = function (...values) {
      if (!isLooking) {
        isLooking = true
        for (let n = 0; n < values.length; n++) look(values[n])
        isLooking = false
      }
      return original.apply(this, values)
    }
    return () => {
      prototype[name] = original
    }
  })
  return () => {
    for (const each of undo) each()
  }
}

/** Captures the stack, innermost frame first, without frames of this script. */
function stackOf() {
  const { stackTraceLimit, prepareStackTrace } = Error
  Error.stackTraceLimit = Number.POSITIVE_INFINITY
  Error.prepareStackTrace = (_, sites) =>
    sites.map((site) => ({
      name: site.getFunctionName() ?? '(anonymous)',
      file: site.getFileName() ?? '',
      line: site.getLineNumber(),
    }))
  const { stack } = new Error()
  Object.assign(Error, { stackTraceLimit, prepareStackTrace })
  return stack.filter(({ file }) => file !== '' && file !== import.meta.url)
}

function toNumbered({ name, file, line }, n) {
  return [`${n + 1}. ${file}:${line}`, [name]]
}
