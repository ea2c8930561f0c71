export * from './protocol.ts'
export * from './run.machine.ts'
export * from './session.machine.ts'
export * from './task.machine.ts'
