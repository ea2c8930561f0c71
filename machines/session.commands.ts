/** Commands that the session machine handles alike in every state, and the refusal of those that a state has no handler for. */

/** A command to one task goes to that task's actor; one whose task is gone is refused. */
const toTask = (description: string) =>
  [
    { guard: 'hasTask', actions: 'forwardToTask', description },
    { actions: 'refuse', description: 'The session has no task of that name.' },
  ] as const

export const commandHandlers = {
  'task.run': toTask('Run a task, with params for this run.'),
  'task.backfill': toTask('Run a task for each period of a range.'),
  'task.terminate': toTask('Terminate the live runs of a task.'),
  'task.disable': toTask('Its condition launches no more runs.'),
  'task.enable': toTask('Its condition launches runs again.'),
  'task.update': toTask('Change options of a task.'),
  'task.remove': toTask('Take a task out of the session.'),
  'task.create': {
    actions: 'createTask',
    description: 'Add a task, with registered code or of a template.',
  },
  'param.set': {
    actions: ['setParam', 'answer'],
    description: 'Set a value that tasks and conditions share.',
  },
  'param.unset': { actions: ['unsetParam', 'answer'], description: 'Remove a shared value.' },
  'session.run': { actions: 'runTasks', description: 'Run these tasks once each.' },
  'session.update': {
    actions: ['takeOptions', 'updateSession'],
    description: 'Change options of the session.',
  },
  'session.shutDown': { actions: 'answer', description: 'Stopped already.' },
  'session.restart': [
    { guard: 'isRestartWanted', actions: 'answer', description: 'It restarts already.' },
    { actions: 'refuse', description: 'Only a session that starts or runs restarts.' },
  ],
  'session.hold': { actions: 'refuse', description: 'A session that stops launches nothing.' },
  'session.resume': { actions: 'answer', description: 'It is not held.' },
} as const
