import type { Command } from 'commander';

/** The command `surgicam model`, under which the model commands stand; made by whichever comes first. */
export function modelGroup(program: Command): Command {
  const existing = program.commands.find((command) => command.name() === 'model');
  return existing ?? program.command('model').description('make and look at model packages');
}
