/** What a rental shop does all day, on the tables of Sakila; with what its keys do to each other without a word in the log. */
import { some, type Act } from './acts.js';
import type { Lots } from './lots.js';

const day = (lot: Lots): string => `'2006-0${1 + lot.below(9)}-0${1 + lot.below(9)} 12:00:00'`;

export const SAKILA: readonly Act[] = [
  {
    kind: 'rent',
    weight: 10,
    sql: (lot, rows) => [
      `INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id)
       SELECT ${day(lot)} + INTERVAL ${lot.below(1e6)} SECOND, inventory_id, ${1 + lot.below(590)}, ${1 + lot.below(2)}
       FROM inventory WHERE inventory_id ${some(lot, rows, 4500)}`,
    ],
  },
  {
    kind: 'return',
    weight: 10,
    sql: (lot, rows) => [
      `UPDATE rental SET return_date = rental_date + INTERVAL ${lot.below(90)} HOUR WHERE rental_id ${some(lot, rows, 16_000)}`,
    ],
  },
  {
    kind: 'pay',
    weight: 10,
    sql: (lot, rows) => [
      `INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date)
       SELECT customer_id, staff_id, rental_id, ${lot.below(1000)} / 100, ${day(lot)} FROM rental
       WHERE rental_id ${some(lot, rows, 16_000)}`,
    ],
  },
  {
    kind: 'take back rentals: payments stay, without them',
    weight: 5,
    sql: (lot, rows) => [`DELETE FROM rental WHERE rental_id ${some(lot, rows, 16_000)}`],
  },
  {
    kind: 'renumber rentals: payments follow',
    weight: 4,
    sql: (lot) => [
      `UPDATE rental SET rental_id = rental_id + 100000 WHERE rental_id ${some(lot, 3, 16_000)}`,
      `UPDATE payment SET amount = amount + 0.01 WHERE rental_id ${some(lot, 3, 16_000)}`,
    ],
  },
  {
    kind: 'renumber customers: rentals and payments follow',
    weight: 2,
    sql: (lot) => [`UPDATE customer SET customer_id = customer_id + 1000 WHERE customer_id = ${1 + lot.below(599)}`],
  },
  {
    kind: 'change customers',
    weight: 6,
    sql: (lot, rows) => [
      `UPDATE customer SET email = CONCAT('Éø\t', customer_id), active = ${lot.below(2)} WHERE customer_id ${some(lot, rows, 599)}`,
      `UPDATE address SET phone = '\\\\N', address2 = NULL WHERE address_id ${some(lot, rows, 600)}`,
    ],
  },
  {
    kind: 'describe films',
    weight: 5,
    sql: (lot, rows) => [
      `UPDATE film SET description = CONCAT('About ', MD5(film_id + ${lot.below(1e6)})), special_features = '${lot.of(['Trailers', 'Commentaries,Deleted Scenes', ''])}',
         rating = '${lot.of(['G', 'NC-17'])}', release_year = ${1990 + lot.below(40)} WHERE film_id ${some(lot, rows, 1000)}`,
    ],
  },
  {
    kind: 'photograph staff',
    weight: 3,
    sql: (lot) => [
      `UPDATE staff SET picture = UNHEX(REPEAT(MD5('${lot.below(1e6)}'), ${500 + lot.below(1500)})) WHERE staff_id = ${1 + lot.below(2)}`,
    ],
  },
  {
    kind: 'cast actors',
    weight: 4,
    sql: (lot) => {
      const actor = 5000 + lot.below(50);
      return [
        `INSERT IGNORE INTO actor VALUES (${actor}, 'tab\t', '\\\\N', '2024-01-01')`,
        `INSERT IGNORE INTO film_actor SELECT ${actor}, film_id, NOW() FROM film WHERE film_id ${some(lot, 9, 1000)}`,
        `UPDATE actor SET actor_id = actor_id + 100 WHERE actor_id = ${actor}`,
        `DELETE FROM film_actor WHERE actor_id = ${actor + 101}`,
        `DELETE FROM actor WHERE actor_id = ${actor + 101}`,
      ];
    },
  },
];
