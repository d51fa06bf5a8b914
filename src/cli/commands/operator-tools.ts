import type { Command } from 'commander';
import { registerConfig } from './config-group.js';
import { registerFeedAdd } from './feed-add.js';
import { registerFeedList } from './feed-list.js';
import { registerFeedRemove } from './feed-remove.js';
import { registerFeedShow } from './feed-show.js';
import { registerModelReload } from './model-reload.js';
import { registerTokenNew } from './token-new.js';

/** What the operator of a service works with: its feeds, its models, its configuration, its clients' tokens. */
export function registerOperatorTools(program: Command): void {
  registerFeedAdd(program);
  registerFeedList(program);
  registerFeedShow(program);
  registerFeedRemove(program);
  registerModelReload(program);
  registerConfig(program);
  registerTokenNew(program);
}
