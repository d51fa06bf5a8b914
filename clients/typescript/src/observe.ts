import { Observable } from 'rxjs';

/** What a subscription is to an Observable: something that is read once and can be closed. */
interface Closeable {
  close(): void;
}

/**
 * Opens a subscription for each subscriber and closes it when that one leaves. An Observable pushes: whoever is slow
 * has to buffer or sample by himself. Errors of the iteration are errors of the Observable.
 */
export function observe<Source extends Closeable, Value>(
  open: () => Source,
  read: (source: Source) => AsyncIterable<Value>,
): Observable<Value> {
  return new Observable((subscriber) => {
    const source = open();
    const pump = async (): Promise<void> => {
      for await (const value of read(source)) {
        if (subscriber.closed) return;
        subscriber.next(value);
      }
    };
    pump().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => source.close();
  });
}
