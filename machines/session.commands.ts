/** Default command handlers of the session machine, for states without a specific handler. */

/** Forwards a command to the actor of its task; refuses it if the task was removed. */
const toTask = (description: string) =>
  [
    { guard: 'hasTask', actions: 'forwardToTask', description },
    { actions: 'refuse', description: 'The session has no task of that name.' },
  ] as const

export const commandHandlers = {
  'task.run': toTask('Run a task, with params for this run.'),
  'task.backfill': toTask('Run a task for each period of a range.'),
  'task.terminate': toTask('Terminate the live runs of a task.'),
  'run.send': toTask('Send an event to the workflow of a run.'),
  'task.disable': toTask('Stop launching runs by the condition of a task.'),
  'task.enable': toTask('Launch runs by the condition of a task again.'),
  'task.update': toTask('Change options of a task.'),
  'task.remove': toTask('Remove a task from the session.'),
  'task.create': {
    actions: 'createTask',
    description: 'Add a task, with registered code or from a template.',
  },
  'param.set': {
    actions: ['setParam', 'answer'],
    description: 'Set a shared value.',
  },
  'param.unset': { actions: ['unsetParam', 'answer'], description: 'Remove a shared value.' },
  'session.run': { actions: 'runTasks', description: 'Run these tasks once each.' },
  'session.update': {
    actions: ['takeOptions', 'updateSession'],
    description: 'Change options of the session.',
  },
  'session.shutDown': { actions: 'answer', description: 'The session is already stopped.' },
  'session.restart': [
    { guard: 'isRestartWanted', actions: 'answer', description: 'The session is already restarting.' },
    { actions: 'refuse', description: 'Refused: only a starting or running session can restart.' },
  ],
  'session.hold': { actions: 'refuse', description: 'Refused: a stopping session launches nothing.' },
  'session.resume': { actions: 'answer', description: 'The session is not held.' },
} as const
