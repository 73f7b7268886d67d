@rem The shells of other systems have "exec" (docs/decisions/0072-stopping.md). On Windows npm start finds it here.
@%*
