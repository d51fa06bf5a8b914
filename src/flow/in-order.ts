import { Observable, from, type ObservableInput, type OperatorFunction } from 'rxjs';

interface Task<R> {
  readonly values: R[];
  done: boolean;
}

/**
 * Starts the work for every value at once and gives the results out in the order of the values: concatMap's order
 * with mergeMap's concurrency. How many are at work at a time is the source's affair: bound it with a CreditGate.
 *
 * Work that ends without a result leaves no trace. When the source completes or fails, what has been started is
 * given out first. When some work fails, all of it is stopped and the error passed on at once.
 */
export function inOrder<T, R>(start: (value: T) => ObservableInput<R>): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const tasks: Task<R>[] = [];
      let end: (() => void) | undefined;
      let givingOut = false;

      const giveOut = (): void => {
        if (givingOut) return; // the consumer of a value may push the source's next one
        givingOut = true;
        for (let head = tasks[0]; head !== undefined; head = tasks[0]) {
          while (head.values.length > 0) subscriber.next(head.values.shift()!);
          if (!head.done) break;
          tasks.shift();
        }
        givingOut = false;
        if (tasks.length === 0) end?.();
      };

      const run = (value: T): void => {
        if (subscriber.closed) return; // a source that gives all it has at once does not hear of it in time
        const task: Task<R> = { values: [], done: false };
        let work: Observable<R>;
        try {
          work = from(start(value));
        } catch (error) {
          subscriber.error(error);
          return;
        }
        tasks.push(task);
        const working = work.subscribe({
          next: (result) => {
            task.values.push(result);
            giveOut();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            task.done = true;
            // Nothing must be kept of work without a result, however long the head takes.
            const place = task.values.length === 0 ? tasks.indexOf(task) : 0;
            if (place > 0) tasks.splice(place, 1);
            giveOut();
          },
        });
        subscriber.add(working);
      };

      subscriber.add(
        source.subscribe({
          next: run,
          error: (error: unknown) => {
            end = () => subscriber.error(error);
            giveOut();
          },
          complete: () => {
            end = () => subscriber.complete();
            giveOut();
          },
        }),
      );
      subscriber.add(() => tasks.splice(0));
    });
}
