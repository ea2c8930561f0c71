/** Names that RxJS and XState have as well, imported side by side, and args typed without naming types. Nothing here runs. */
import {
  type ArgContext,
  arg,
  type CapacityLimit,
  createApp,
  type FarRun,
  type GuardedStore,
  guardStore,
  type IsolatedRun,
  type Logger,
  loggerArg,
  optionsArg,
  type Params,
  type PlaceholderValues,
  type ResilientStore,
  type SessionOptions,
  type SlotInputs,
  type SlotLimit,
  type SlotValues,
  sessionArg,
  taskArg,
} from 'gantry'
import * as conditions from 'gantry/conditions'
import { createMemoryStore } from 'gantry/log'
import { past } from 'gantry/time'
import { every, from, never, retry, type Subject } from 'rxjs'
import { not } from 'xstate'
import { app, type Equal, type Session, same, type Task } from '../support/types/shapes.ts'

declare const stream: Subject<boolean>
stream.pipe(every(Boolean), retry(3)).subscribe()
from([true]).subscribe()
never().subscribe()
not('isOpen')
app.task('a', conditions.every('10 minutes').and(conditions.not(stream)), () => {})
app.task('b', conditions.daily.or(conditions.retry(3)), () => {})
app.task('c', conditions.never, () => {})
app.task('d', conditions.from('2027-01-01'), () => past('1 hour').toString())
createApp({ store: guardStore(createMemoryStore()) })

// The session and what it has, typed by themselves.
app.task(
  'e',
  false,
  {
    args: {
      session: sessionArg(),
      task: taskArg(),
      other: taskArg('a'),
      options: optionsArg(),
      logger: loggerArg(),
    },
  },
  (args) => {
    same<Equal<typeof args.session, Session>>()
    same<Equal<typeof args.task, Task>>()
    same<Equal<typeof args.other, Task>>()
    same<Equal<typeof args.options, Readonly<SessionOptions>>>()
    same<Equal<typeof args.logger, Logger>>()
  },
)
const counted = app.task('f', false, () => 3)
app.task('g', false, { args: { f: taskArg(counted) } }, ({ f }) => f.lastValue?.toFixed())
const names = arg((_, context) => {
  same<Equal<typeof context.session, Session>>()
  same<Equal<typeof context.params, Params>>()
  return context.session.tasks().map(({ name }) => name)
})
app.task('h', false, { args: { names } }, (args) => args.names.join())
arg(({ name }, { env }: ArgContext) => `${name} ${env.STAGE}`, { args: { name: 'ada' } })

// The generic forms still name the type.
app.task(
  'i',
  false,
  {
    args: {
      session: sessionArg<{ readonly state: string }>(),
      task: taskArg<Task<number>>('f'),
      same: taskArg<Task>(counted),
    },
  },
  (args) => {
    same<Equal<typeof args.session, { readonly state: string }>>()
    same<Equal<typeof args.task, Task<number>>>()
    same<Equal<typeof args.same, Task>>()
  },
)

// Earlier names are the same types.
same<Equal<SlotLimit, CapacityLimit>>()
same<Equal<FarRun, IsolatedRun>>()
same<Equal<FarRun<string>, IsolatedRun<string>>>()
same<Equal<GuardedStore, ResilientStore>>()
same<Equal<SlotValues<'file {path} exists'>, PlaceholderValues<'file {path} exists'>>>()
same<Equal<SlotInputs<'{age:duration}'>['age'], SlotInputs<'{age:duration}'>['age']>>()
