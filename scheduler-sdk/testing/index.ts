/** What framework authors test with. */
export { VirtualClock } from '../../common/runtime/virtual-clock.js';
export { answer, type OfferSketch, offer, type StateName, status } from './builders.js';
export { ScriptedMaster, type ScriptedMasterOptions, scriptedMaster, type TaskName } from './scripted-master.js';
