/** Makes the next item while the last one is being used. What was begun is ended with the loop. */
export async function* ahead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let coming = items.next();
  coming.catch(() => undefined); // told where it is waited for
  try {
    for (let got = await coming; got.done !== true; got = await coming) {
      coming = items.next();
      coming.catch(() => undefined);
      yield got.value;
    }
  } finally {
    await coming.catch(() => undefined);
    await items.return(undefined);
  }
}
