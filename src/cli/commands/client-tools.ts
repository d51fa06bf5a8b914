import type { Command } from 'commander';
import { registerAnnotate } from './annotate.js';
import { registerPush } from './push.js';
import { registerSubscribe } from './subscribe.js';

/** What the clients of a service work with: its analyses, their own video, what they say about it. */
export function registerClientTools(program: Command): void {
  registerSubscribe(program);
  registerPush(program);
  registerAnnotate(program);
}
