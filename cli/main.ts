#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { becomeDaemon } from './commands/daemons.js';

enableCompileCache(); // a shell that completes a word waits for us
const args = process.argv.slice(2);
becomeDaemon(args, process.env);

// Imported only now: a daemon must not wait for what the command line alone needs.
const { main } = await import('./run-program.js');
await main(args);
