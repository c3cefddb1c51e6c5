/** Where an agent listens that does not say so: the default of `AgentInfo.port`. */
export const DEFAULT_AGENT_PORT = 5051;
