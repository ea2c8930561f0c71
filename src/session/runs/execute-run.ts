/** The execution of a run's work: resolves its args, and calls the executor within the run hooks. */

import type { ParamValues } from '../../../machines/protocol.ts'
import type { Settlement } from '../../../machines/run.machine.ts'
import { resolveArgs } from '../../args/resolve.ts'
import type { Clock } from '../../clock/clock.ts'
import { SetupError } from '../../errors/errors.ts'
import type { ExecutionContext, Executor } from '../../executors/executor.ts'
import { isWorkflow } from '../../workflow/workflow.ts'
import { type HookRunner, toHookResult } from '../events/hook-runner.ts'
import { checkedParams } from '../options/param-schema.ts'
import type { Reporter } from '../reports/reporter.ts'
import { noParams, type RunSlot } from '../state/task-state.ts'
import type { WorkflowRuns } from '../workflows/workflow-runs.ts'
import type { Contexts } from './contexts.ts'
import { executeHeld } from './hold-test-clock.ts'
import type { RunView } from './run-context.ts'

type Settle = (settlement: Settlement) => void

export interface WorkDeps {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly hooks: HookRunner
  readonly contexts: Contexts
  readonly executors: ReadonlyMap<string, Executor>
  readonly workflows: Pick<WorkflowRuns, 'begin'>
}

/** Begins the work of a run, and calls `settle` with the result. */
export function beginWork(deps: WorkDeps, slot: RunSlot, view: RunView, settle: Settle): void {
  if (deps.hooks.byKind.has('run')) workWithinHooks(deps, slot, view, settle)
  else work(deps, slot, view, settle)
}

function work(deps: WorkDeps, slot: RunSlot, view: RunView, settle: Settle): void {
  const { entry, runId, count } = slot
  const { options, work } = entry.definition
  const executor = deps.executors.get(slot.execution)
  if (executor === undefined && !isWorkflow(work)) {
    const message = `Cannot run task '${entry.name}' as there is no executor for its execution: '${slot.execution}'`
    return settle({ kind: 'threw', error: new SetupError(message) })
  }
  const execute = (args: Record<string, unknown>): void => {
    // The run may have been cancelled, and have ended, while its args were resolved.
    if (!slot.lives || slot.count !== count) return
    if (isWorkflow(work)) return deps.workflows.begin(slot, work, view, args, settle)
    const context: ExecutionContext = {
      task: entry.name,
      runId,
      run: view,
      get signal() {
        return view.signal
      },
    }
    try {
      slot.handle =
        executor!.slots === undefined
          ? executor!.execute(work, args, context, settle)
          : executeHeld(deps.clock, executor!, work, args, context, settle)
    } catch (error) {
      // An executor must settle and never throw: without this the run would have no outcome.
      const message = `Executor '${slot.execution}' threw at a run of task '${entry.name}': the run fails.`
      deps.reporter.warn('executor', message, { task: entry.name, error })
      fail(error)
    }
  }
  const fail = (error: unknown): void => settle({ kind: 'threw', error })
  const resolve = (runParams: ParamValues): void => {
    const args = resolveArgs(
      {
        ...(options.args === undefined ? {} : { declared: options.args }),
        ...(options.params === undefined ? {} : { taskParams: options.params }),
        runParams,
      },
      deps.contexts.forArgs(entry, () => view.signal),
    )
    if (args instanceof Promise) args.then(execute, fail)
    else execute(args)
  }
  try {
    const hasArgs = options.args !== undefined || options.params !== undefined || slot.params !== noParams
    // Most work has no args.
    if (!hasArgs && options.schema === undefined) return execute({})
    // The params of manual runs were checked when the runs were requested.
    const params = slot.params === noParams ? checkedParams(entry.name, options, noParams) : slot.params
    if (params instanceof Promise) params.then(resolve).catch(fail)
    else resolve(params)
  } catch (error) {
    fail(error)
  }
}

/** Runs the work within hooks. The run settles after the second halves of the hooks. */
function workWithinHooks(deps: WorkDeps, slot: RunSlot, view: RunView, settle: Settle): void {
  const { count } = slot
  const task = slot.entry.name
  const context = { ...deps.contexts.of(slot.entry, view.signal), run: view }
  const onThrow = (error: unknown): void =>
    deps.reporter.fail('hook', `A run hook failed at task '${task}'.`, { task, error })
  deps.hooks.before('run', context, onThrow).then((after) => {
    work(deps, slot, view, (settlement) => {
      const settleAfter = (): void => settle(settlement)
      // True also for a late result: the session ended the run, whose resources may serve another run.
      const wasTold = slot.count !== count || slot.actor.getSnapshot().context.reason !== null
      after(toHookResult(settlement, wasTold)).then(settleAfter, settleAfter)
    })
  })
}
