/** What is to be done with `localStorage` in, its result out; nothing where a browser forbids even looking, or it is full. */
export const tried = <T>(use: (storage: Storage) => T): T | undefined => {
  try {
    return use(localStorage);
  } catch {
    return;
  }
};
