/** Custom conditions: from a function, an async function and an Observable, alone and within a statement. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, every, not, onEach, succeeded } from 'gantry'
import { BehaviorSubject, Subject } from 'rxjs'

const folder = await mkdtemp(join(tmpdir(), 'custom-conditions-'))
const app = createApp({ pollEvery: '100 ms', shutCondition: "task 'tidy up' has succeeded" })

// A function with a phrase: callable with args, and usable in the app's statements. It is evaluated every `pollEvery`.
const fileIsThere = app.condition('file {name} is there', ({ name }) => existsSync(join(folder, name)))
app.task('read', `file prices.csv is there & ~has succeeded`, async () => {
  console.log(`read: ${(await readFile(join(folder, 'prices.csv'), 'utf8')).trim()}`)
})

// An async function: while it is pending, its last answer remains valid.
const isEnough = app.condition(async () => {
  const text = await readFile(join(folder, 'prices.csv'), 'utf8').catch(() => '')
  return text.split('\n').length > 2
})
app.task('count', isEnough.and(fileIsThere({ name: 'prices.csv' }), not(succeeded())), () => {
  console.log('count: there are prices enough')
})

// A stream of true and false is a level: the task may run while its last value is true. Nothing is polled.
const isOnline$ = new BehaviorSubject(false)
app.task('sync', app.condition('online', () => isOnline$).and(every('1 hour')), () => {
  console.log('sync: online')
})

// Each value of a stream starts one run, which receives it.
const orders$ = new Subject<string>()
app.task('pack', onEach(orders$), (_, run) => {
  console.log(`pack: ${run.value}`)
})

// The phrases work in any statement. Both orders must be packed.
app.task(
  'tidy up',
  "online & after tasks 'read', 'count', 'sync' & task 'pack' has succeeded at least 2 times",
  () => rm(folder, { recursive: true }),
)

await app.start()
await writeFile(join(folder, 'prices.csv'), 'product,price\napple,0.50\npear,0.75\n')
orders$.next('three apples')
orders$.next('a pear')
isOnline$.next(true)
await app.session.stopped
console.log('stopped')
