"""What may happen: statistical models, each with describe, build, fit and simulate, and a frozen result.

Import from the module of the question (``from workbench.models.inflow import InflowModel``): entering this room loads
nothing, entering a module loads numpy and pandas, and only building or fitting a model loads PyMC.
"""
