/** Buttons for the actions on a task. */
import { segment, type Task } from '../api.ts'
import { go } from '../route.ts'
import { Do } from './do.tsx'

/** The buttons of a task. @param short - Only the most frequent ones, for a row. */
export function TaskActions({ task, short = false }: { readonly task: Task; readonly short?: boolean }) {
  const path = `/tasks/${segment(task.name)}`
  const about = (verb: string): string => `${verb} ${task.name}`
  return (
    <span class="actions">
      <Do path={`${path}/run`} done={`'${task.name}' is queued.`} kind="main" label={about('Run')}>
        Run
      </Do>
      {task.isRunning || !short ? (
        <Do
          path={`${path}/terminate`}
          done={`'${task.name}' was asked to terminate.`}
          isDisabled={!task.isRunning}
          label={about('Terminate')}
        >
          Terminate
        </Do>
      ) : null}
      {task.disabled ? (
        <Do path={`${path}/enable`} done={`'${task.name}' is enabled.`} label={about('Enable')}>
          Enable
        </Do>
      ) : (
        <Do path={`${path}/disable`} done={`'${task.name}' is disabled.`} label={about('Disable')}>
          Disable
        </Do>
      )}
      {short ? null : (
        <Do
          method="DELETE"
          path={path}
          done={`'${task.name}' is removed.`}
          sure={`Remove the task '${task.name}'? Its live runs are terminated.`}
          kind="danger"
          label={about('Remove')}
          after={() => go('tasks')}
        >
          Remove
        </Do>
      )}
    </span>
  )
}
