/** The system of a workflow has the members of XState's own system, which are internal to XState. */
import { expect, test } from '@jest/globals'
import { TestClock } from 'gantry/testing'
import { createActor, createMachine } from 'xstate'
import { WorkflowSystem } from '../../src/workflow/workflow-system.ts'

test('it has every member of the system that XState creates', () => {
  const { system } = createActor(createMachine({}))
  const own = new WorkflowSystem(system as never, new TestClock(), { created: () => {}, stepped: () => {} })
  const missing = Object.keys(system).filter((name) => !(name in own))
  expect(missing).toEqual([])
  const scheduler = (system as unknown as { scheduler: object }).scheduler
  expect(Object.keys(scheduler).filter((name) => !(name in own.scheduler))).toEqual([])
})
