export { createXStateInspector, type XStateInspector, type XStateInspectorOptions } from './inspector.ts'
export type { ActorLike, InspectionEventLike, InspectionObserver } from './observed.ts'
export type { Replacer } from './plain.ts'
