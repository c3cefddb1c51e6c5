/** Level of the Mesos API that is spoken: what `/version` and the wire say, digits and dots as old clients expect. */
export const API_VERSION = '1.12.0';

/** Release of Meseta, as in package.json: for the command line and the User-Agent. */
export const RELEASE = '0.1.0';
