/** Tables of runs and of records. */
import type { Run, RunRecord } from '../api.ts'
import { length } from '../format.ts'
import { Chip, Elapsed, Empty, Progress, RunLink, TaskLink, Time, Zone } from './basics.tsx'

export function RunTable({
  runs,
  isOfOne = false,
}: {
  readonly runs: readonly Run[]
  readonly isOfOne?: boolean
}) {
  if (runs.length === 0) return <Empty>No runs yet.</Empty>
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            {isOfOne ? null : <th scope="col">Task</th>}
            <th scope="col">State</th>
            <th scope="col">
              Started <Zone />
            </th>
            <th scope="col">Duration</th>
            <th scope="col" class="wide">
              Result
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={`${run.runId} ${run.at}`}>
              <th scope="row">
                <RunLink runId={run.runId} />
              </th>
              {isOfOne ? null : (
                <td>
                  <TaskLink name={run.task} />
                </td>
              )}
              <td>
                <Chip state={run.state} />
              </td>
              <td>
                <Time at={run.start ?? run.at} />
              </td>
              <td class="number">
                {run.state === 'running' ? (
                  <Elapsed since={run.start ?? run.at} />
                ) : (
                  length(run.runtimeMs ?? Number.NaN)
                )}
              </td>
              <td class="wide result">
                <Result of={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Result({ of }: { readonly of: Run }) {
  if (of.error !== undefined) return <bdi>{`${of.error.name}: ${of.error.message}`}</bdi>
  if (of.reason !== undefined) return <bdi>{of.reason}</bdi>
  if (of.progress !== null) return <Progress value={of.progress} label="Progress" />
  return of.value === undefined ? null : <code>{JSON.stringify(of.value)}</code>
}

export function RecordTable({ records }: { readonly records: readonly RunRecord[] }) {
  if (records.length === 0) return <Empty>No records.</Empty>
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">
              At <Zone />
            </th>
            <th scope="col">Task</th>
            <th scope="col">Action</th>
            <th scope="col">Run</th>
            <th scope="col" class="wide">
              Message
            </th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <tr key={record.seq}>
              <td>
                <Time at={record.at} />
              </td>
              <td>
                <TaskLink name={record.task} />
              </td>
              <td>
                <Chip state={record.action === 'run' ? 'started' : record.action} />
              </td>
              <td>
                <RunLink runId={record.runId} />
              </td>
              <td class="wide result">
                <bdi>{record.error?.message ?? record.reason ?? record.trigger ?? ''}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
