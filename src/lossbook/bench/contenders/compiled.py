"""lossbook.compile: built-in losses as a user's own would run, to be held against their kernels."""

from __future__ import annotations

from lossbook.bench.cases import Case, Data
from lossbook.bench.contenders.contender import Job, NotOfferedError
from lossbook.bench.contenders.own import _CALLS, Lossbook


class Compiled(Lossbook):
    """The public call of a compiled loss."""

    def job(self, case: Case, data: Data) -> Job:
        import lossbook

        loss = case.build()
        if loss.is_row:
            raise NotOfferedError("it has no rows")
        # A user's own loss has no kernel; one that has is returned as it is.
        loss.__dict__["_kernel"] = None
        call = getattr(lossbook.compile(loss), _CALLS[case.outputs])

        def job() -> tuple[object, ...]:
            given = data.out or None
            results = call(data.y_true, data.y_pred, sample_weight=data.weight, out=given)
            return results if isinstance(results, tuple) else (results,)

        return job
