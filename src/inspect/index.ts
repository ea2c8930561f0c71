/** `gantry/inspect`: looking at a session with the inspector of Stately. */
export { createStatelyInspector, type StatelyInspector, type StatelyInspectorOptions } from './stately.ts'
