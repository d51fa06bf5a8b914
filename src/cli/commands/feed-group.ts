import type { Command } from 'commander';

/** The command `surgicam feed`, under which the feed commands stand; made by whichever comes first. */
export function feedGroup(program: Command): Command {
  const existing = program.commands.find((command) => command.name() === 'feed');
  return (
    existing ?? program.command('feed').description('start, list and stop the feeds of a running service')
  );
}
