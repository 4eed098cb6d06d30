"""The supervisors' and agencies' site: pages rendered here, assets served here, nothing from elsewhere."""
