/** What authors of executors test with. */
export { ScriptedAgent, type ScriptedAgentOptions, scriptedAgent } from './scripted-agent.js';
